//! `#[wf_measure(frame)]`, counters and gauges.

use wf_instrument::{wf_count, wf_frame, wf_gauge, wf_measure, wf_token};

struct Canvas(Vec<u8>);

impl Canvas {
    #[wf_measure(frame)]
    fn draw(&mut self) -> &[u8] {
        self.0.push(0);
        &self.0
    }

    #[wf_measure(frame, target_fps = 59.94, name = "present")]
    fn present(&mut self) -> Result<usize, String> {
        if self.0.is_empty() {
            return Err("nothing was drawn".to_owned());
        }
        Ok(self.0.len())
    }
}

const FPS: u32 = 50;

#[wf_measure(frame, target_fps = FPS, name = "constant")]
fn constant() {}

#[wf_measure(frame, target_fps = { FPS as f32 / 2.0 }, name = "half")]
fn half() {
    wf_frame!("shown", target_fps = FPS * 2);
}

#[test]
fn frames_return_the_same() {
    let mut canvas = Canvas(Vec::new());
    assert!(canvas.present().is_err());
    assert_eq!(canvas.draw(), [0]);
    assert_eq!(canvas.present(), Ok(1));
}

#[test]
fn a_frame_rate_may_be_a_constant() {
    constant();
    half();
    #[cfg(feature = "enabled")]
    {
        let frames = wf_instrument::snapshot::Snapshot::take().metrics.frames;
        for (name, fps) in [("constant", 50.0), ("half", 25.0), ("shown", 100.0)] {
            let row = frames.iter().find(|row| &*row.frame == name).expect(name);
            assert_eq!(row.target_fps, fps, "{name}");
        }
    }
}

#[test]
fn counting_takes_every_kind_of_number() {
    let (long, short, size) = (1u64, 1u32, 1usize);
    wf_count!("forms");
    wf_count!("forms", 2);
    wf_count!("forms", long + 1,);
    wf_count!("forms", short);
    wf_count!("forms", [1, 2].len());
    wf_count!("forms", size == 1);
    wf_count!(crate = ::wf_instrument, "forms", 1);
    wf_count!(tokens);
    wf_count!(tokens, size);
    wf_token!();
    wf_token!(2);
    wf_token!(crate = ::wf_instrument, long);
    wf_gauge!("form", 0.5);
    wf_gauge!("form", f64::from(short));
    let _: () = wf_count!("forms");
}

#[test]
fn a_count_may_stand_where_an_expression_does() {
    let found = Some(1).inspect(|_| wf_count!("found")).is_some();
    match found {
        true => wf_count!("hits"),
        false => wf_count!("misses"),
    }
}

#[test]
fn numbers_are_evaluated_only_where_they_are_measured() {
    let evaluated = std::cell::Cell::new(0);
    let once = || evaluated.set(evaluated.get() + 1);
    wf_token!({
        once();
        1u64
    });
    wf_count!("evaluated", {
        once();
        1u64
    });
    wf_gauge!("evaluated", {
        once();
        1.0
    });
    let expected = if cfg!(feature = "enabled") { 3 } else { 0 };
    assert_eq!(evaluated.get(), expected);
}
