use wf_instrument::wf_measure;

#[wf_measure(ttft, tokens = |n| n)]
fn f() -> String {
    String::new()
}

#[wf_measure(ttft, last = |n| n)]
fn g() -> u8 {
    0
}

fn main() {}
