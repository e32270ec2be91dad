use wf_instrument::wf_measure;

#[wf_measure(ok_if = |n| *n > 0, error_if = |n| *n < 0)]
fn both() -> i32 {
    1
}

#[wf_measure(frame, ok_if = |n| *n > 0)]
fn draw() -> i32 {
    1
}

#[wf_measure(error_if = |n| true)]
fn never() -> ! {
    loop {}
}

fn main() {}
