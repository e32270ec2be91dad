use wf_instrument::wf_frame;

fn main() {
    wf_frame!(60);
    wf_frame!("canvas", 60);
    wf_frame!("canvas", fps = 60);
    wf_frame!("canvas", target_fps = 0);
    wf_frame!("");
    wf_frame!("canvas" target_fps = 60);
    wf_frame!(,);
}
