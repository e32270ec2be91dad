//! GPUs in the columns of `nvidia-smi dmon -s pucvmet`, to be compared with it: a line for each GPU
//! and pass, `-` for a value that is absent or unknown.
//!
//! `gpu_dmon [PASSES]`, 3 by default. Ends well on a machine without a GPU too.
#![expect(clippy::print_stdout, reason = "its purpose is to print")]

mod columns;

use std::sync::Arc;
use std::time::Duration;

use wf_instrument::Nanos;
use wf_sense::Reading;
use wf_sense::gpu::{Gpu, Gpus};

fn main() {
    let passes = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let mut gpus = Gpus::new();
    let mut before: Arc<[Gpu]> = Arc::default();
    let mut last = Nanos::ZERO;
    for pass in 0..passes.unwrap_or(3) {
        let (now, at) = match next(&mut gpus, last) {
            Reading::Present { value, at } => (value, at),
            Reading::Absent(reason) | Reading::Unknown(reason) => {
                println!("no NVML: {reason}");
                return;
            }
        };
        if pass == 0 {
            println!("{}", columns::heading());
        }
        for gpu in now.iter() {
            let earlier = before.iter().find(|earlier| earlier.info == gpu.info);
            println!("{}", columns::line(gpu, earlier.unwrap_or(gpu)));
        }
        (before, last) = (now, at);
    }
}

/// Returns the pass after the one that ended at `before`, or why there is none. The driver has ten
/// seconds to load.
fn next(gpus: &mut Gpus, before: Nanos) -> Reading<Arc<[Gpu]>> {
    for _ in 0..200 {
        match gpus.read() {
            Reading::Present { at, .. } if at <= before => {}
            Reading::Unknown(_) => {}
            reading => return reading,
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    gpus.read()
}
