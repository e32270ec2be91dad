use wf_instrument::{wf_frame, wf_measure};

const ZERO: u32 = 0;

struct Canvas {
    fps: f64,
}

impl Canvas {
    const FPS: f64 = 60.0;

    #[wf_measure(frame, target_fps = self.fps)]
    fn field(&self) {}

    #[wf_measure(frame, target_fps = Self::FPS)]
    fn associated(&self) {}

    #[wf_measure(frame, target_fps = fps)]
    fn argument(&self, fps: f64) {}

    #[wf_measure(frame, target_fps = Canvas::FPS - 60.0)]
    fn nothing(&self) {}

    #[wf_measure(frame, target_fps = "sixty".len() > 3)]
    fn no_number(&self) {}
}

fn main() {
    wf_frame!("canvas", target_fps = ZERO);
}
