//! Annotated code in a build that does not measure: `cargo xtask test` compiles it with the
//! annotations and without (`--cfg wf_plain`), and compares the assembly.

use std::num::ParseIntError;

#[cfg(not(wf_plain))]
use wf_instrument::{registry, wf_count, wf_frame, wf_gauge, wf_measure, wf_token};

/// A call with a `Result`, an early return and a `?`.
#[inline(never)]
#[cfg_attr(not(wf_plain), wf_measure(name = "parse", labels(first = text), error_if = |sum| sum.is_err()))]
fn parse(text: &str, limit: usize) -> Result<usize, ParseIntError> {
    #[cfg(not(wf_plain))]
    {
        wf_token!(text.len());
        wf_count!("parsed", limit);
        wf_gauge!("limit", 1.0);
        wf_frame!("canvas", target_fps = 60);
        if let Ok(parsing) = registry::span("parsing", "") {
            let _call = parsing.enter();
        }
    }
    let sum: usize = text.split(' ').map(str::len).sum();
    if sum > limit {
        return Ok(limit);
    }
    let n: usize = text.parse()?;
    Ok(n + sum)
}

/// A request whose response is an iterator.
#[inline(never)]
#[cfg_attr(not(wf_plain), wf_measure(ttft, model = "tiny", tokens = |n| *n, prompt_tokens = prompt.len()))]
fn respond(prompt: &[u64]) -> impl Iterator<Item = u64> {
    prompt.iter().map(|n| n * 2)
}

/// A request whose response is the value of a future.
#[cfg_attr(not(wf_plain), wf_measure(ttft, name = "wait", ok_if = |n| *n > 0))]
async fn wait(n: u64) -> u64 {
    std::future::ready(n).await
}

/// Each method of a block.
struct Canvas(Vec<u8>);

#[cfg_attr(not(wf_plain), wf_measure)]
impl Canvas {
    #[inline(never)]
    #[cfg_attr(not(wf_plain), wf_measure(frame, target_fps = 60))]
    fn draw(&mut self) {
        self.0.reverse();
    }
}

fn main() {
    let arguments: Vec<u64> = std::env::args().map(|text| text.len() as u64).collect();
    let mut canvas = Canvas(vec![1, 2, 3]);
    canvas.draw();
    let parsed = parse("12", arguments.len());
    let mut waiting = std::pin::pin!(wait(arguments[0]));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let waited = waiting.as_mut().poll(&mut context).is_ready();
    let total: u64 = respond(&arguments).sum::<u64>() + u64::from(waited);
    std::process::exit(i32::from(
        parsed.is_err() || total == u64::from(canvas.0[0]),
    ));
}
