use wf_instrument::wf_measure;

#[wf_measure(ttft)]
fn f() -> ! {
    loop {}
}

fn main() {}
