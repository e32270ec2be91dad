use wf_instrument::wf_count;

fn f() {
    wf_count!();
    wf_count!(hits, 1);
    wf_count!("hits" 1);
    wf_count!("hits", 1, 2);
}

fn main() {}
