use wf_instrument::{wf_count, wf_frame, wf_gauge, wf_token};

fn main() {
    wf_token!(1, 2);
    wf_token!(1 2);
    wf_count!("hits", 1, 2);
    wf_count!(tokens, 1, 2);
    wf_gauge!("depth", 1.0, 2.0);
    wf_frame!("canvas", target_fps = 60, 61);
}
