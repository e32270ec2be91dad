use wf_instrument::wf_measure;

#[wf_measure(ttft, tokens = |n| n)]
fn f() -> String {
    String::new()
}

fn main() {}
