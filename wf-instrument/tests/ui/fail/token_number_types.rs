use wf_instrument::{wf_count, wf_token};

fn f() {
    wf_token!("one");
    wf_count!(tokens, "one");
    wf_count!("hits", Some(1));
}

fn main() {}
