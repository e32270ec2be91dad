use wf_instrument::wf_gauge;

fn f() {
    wf_gauge!("depth");
    wf_gauge!(0.5);
    wf_gauge!("Depth");
    wf_gauge!("depth", "deep");
    wf_gauge!("depth", 3);
}

fn main() {}
