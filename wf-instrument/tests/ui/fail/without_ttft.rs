use wf_instrument::wf_measure;

#[wf_measure(model = "gpt", tokens = |_| 1, prompt_tokens = 3, queued_at = now, slo = "p99 < 1s")]
fn f(now: std::time::Instant) {}

fn main() {}
