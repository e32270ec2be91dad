use wf_instrument::{wf_count, wf_gauge};

fn f() {
    wf_count!("hits", labels());
    wf_count!("hits", labels(model));
    wf_count!("hits", 1, labels(job = "a", model = "b", model = "c"));
    wf_count!("hits", labels(model = "a"), 1);
    wf_count!("hits", labels(model = 3));
    wf_count!(tokens, 1, labels(model = "a"));
    wf_gauge!("depth", labels(model = "a"));
}

fn main() {}
