use wf_instrument::wf_measure;

#[wf_measure(ttft, slo = "fast")]
fn no_bound() {}

#[wf_measure(ttft, slo = "p99 < 500")]
fn no_unit() {}

#[wf_measure(ttft, slo = "p99 < 5min")]
fn strange_unit() {}

#[wf_measure(ttft, slo = "99 < 1s")]
fn no_percentile() {}

#[wf_measure(ttft, slo = "p100 < 1s")]
fn no_one_can_promise_that() {}

#[wf_measure(ttft, slo = "p99 < 0ms")]
fn nor_that() {}

#[wf_measure(ttft, slo = "p99 > 1s")]
fn the_wrong_way() {}

#[wf_measure(ttft, slo = 500)]
fn a_number() {}

fn main() {}
