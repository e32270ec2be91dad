//! Functions with `#[track_caller]` know their caller, as without `#[wf_measure]`.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;

use futures_util::stream::{self, Stream, StreamExt as _};
use wf_instrument::{wf_measure, wf_token};

use crate::common::{block_on, yield_now};

struct Place(u32);

#[wf_measure]
#[track_caller]
fn plain() -> u32 {
    Location::caller().line()
}

#[wf_measure]
#[cfg_attr(all(), track_caller)]
fn unknown() -> Place {
    Place(Location::caller().line())
}

#[wf_measure(ok_if = |line| *line > 0)]
#[track_caller]
fn with_ok_if() -> u32 {
    Location::caller().line()
}

#[wf_measure]
#[track_caller]
fn fallible(fails: bool) -> Result<u32, String> {
    if fails {
        Err(format!("called on {}", Location::caller()))
    } else {
        Ok(Location::caller().line())
    }
}

#[wf_measure]
#[track_caller]
fn iterated() -> impl Iterator<Item = u32> {
    std::iter::once(Location::caller().line())
}

#[wf_measure]
#[track_caller]
fn streamed() -> Result<Pin<Box<dyn Stream<Item = u32>>>, String> {
    Ok(Box::pin(stream::iter([Location::caller().line()])))
}

#[wf_measure]
#[track_caller]
fn later() -> impl Future<Output = Result<u32, String>> {
    let line = u64::from(Location::caller().line());
    async move {
        yield_now().await;
        let line = u32::try_from(line).map_err(|_| String::new())?;
        Ok(line)
    }
}

#[wf_measure]
#[track_caller]
fn boxed(short: bool) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    let line = Location::caller().line();
    if short {
        Box::pin(async move { line })
    } else {
        Box::pin(async move {
            yield_now().await;
            line
        })
    }
}

#[wf_measure(frame)]
#[track_caller]
fn drawn() -> Option<Place> {
    Some(Place(Location::caller().line()))
}

#[wf_measure(ttft)]
#[track_caller]
fn counted() -> u32 {
    wf_token!();
    Location::caller().line()
}

#[wf_measure(ttft, model = "tracked items")]
#[track_caller]
fn items() -> impl Iterator<Item = u32> {
    std::iter::once(Location::caller().line())
}

#[wf_measure(ttft)]
#[track_caller]
fn stream_later() -> impl Future<Output = Result<Pin<Box<dyn Stream<Item = u32>>>, String>> {
    let line = Location::caller().line();
    async move {
        yield_now().await;
        Ok(Box::pin(stream::iter([line])) as Pin<Box<dyn Stream<Item = u32>>>)
    }
}

#[wf_measure(ttft, name = "tracked panic")]
#[track_caller]
fn panics(unwinds: bool) -> u32 {
    wf_token!();
    assert!(!unwinds);
    Location::caller().line()
}

#[test]
fn the_location_of_the_caller_is_known() {
    assert_eq!((plain(), with_ok_if()), (line!(), line!()));
    assert_eq!(unknown().0, line!());
    assert_eq!(fallible(false), Ok(line!()));
    assert!(fallible(true).is_err_and(|text| text.contains(file!())));
    assert_eq!(iterated().next(), Some(line!()));
    let (lines, line) = (streamed().expect("a stream").collect::<Vec<_>>(), line!());
    assert_eq!(block_on(lines), [line]);
    assert_eq!(block_on(later()), Ok(line!()));
    let (lines, line) = ([boxed(true), boxed(false)], line!());
    for known in lines {
        assert_eq!(block_on(known), line);
    }
    assert_eq!(drawn().map(|place| place.0), Some(line!()));
    assert_eq!((counted(), items().next()), (line!(), Some(line!())));
    let (later, line) = (stream_later(), line!());
    let lines = block_on(later).expect("a stream");
    assert_eq!(block_on(lines.collect::<Vec<_>>()), [line]);
}

#[test]
fn a_generation_with_track_caller_that_panics_ends_as_panicked() {
    assert_eq!(panics(false), line!());
    assert!(std::panic::catch_unwind(|| panics(true)).is_err());
    #[cfg(feature = "enabled")]
    {
        let metrics = wf_instrument::snapshot::Snapshot::take().metrics;
        let row = metrics
            .generations
            .iter()
            .find(|row| &*row.model == "tracked panic");
        let row = row.expect("a series");
        let outcomes = (
            row.outcomes.ok,
            row.outcomes.panicked,
            row.outcomes.cancelled,
        );
        assert_eq!((outcomes, row.tokens), ((1, 1, 0), 2));
    }
}
