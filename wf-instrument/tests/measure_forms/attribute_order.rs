//! `#[wf_measure]` and attribute macros of other crates, in either order.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, instrument};
use wf_instrument::wf_measure;

use crate::common::{block_on, yield_now};

/// Records which spans are entered.
#[derive(Clone, Default)]
struct Entered {
    names: Arc<Mutex<Vec<&'static str>>>,
    entered: Arc<Mutex<Vec<&'static str>>>,
    last: Arc<AtomicU64>,
}

impl Subscriber for Entered {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.names
            .lock()
            .expect("no panic")
            .push(span.metadata().name());
        Id::from_u64(1 + self.last.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, span: &Id) {
        let at = usize::try_from(span.into_u64() - 1).expect("few spans");
        let name = self.names.lock().expect("no panic")[at];
        self.entered.lock().expect("no panic").push(name);
    }

    fn exit(&self, _: &Id) {}
}

#[wf_measure(name = "above")]
#[instrument]
fn above(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    Box::pin(async move {
        yield_now().await;
        n + 1
    })
}

#[instrument]
#[wf_measure(name = "below")]
fn below(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    Box::pin(async move {
        yield_now().await;
        n + 1
    })
}

#[wf_measure(name = "opaque")]
/// Documented.
#[cfg_attr(all(), instrument)]
fn opaque(n: u8) -> impl Future<Output = Result<u8, String>> {
    async move {
        yield_now().await;
        n.checked_add(1).ok_or_else(|| "too large".to_owned())
    }
}

#[wf_measure(ttft, model = "asynchronous")]
#[instrument(skip(on_token))]
async fn asynchronous(n: u8, on_token: impl Fn(u8)) -> Result<u8, String> {
    yield_now().await;
    wf_instrument::wf_token!(n);
    on_token(n);
    Ok(n)
}

struct Engine;

#[async_trait::async_trait]
trait Calls {
    async fn in_trait(&self, n: u8) -> Result<u8, String>;
}

#[async_trait::async_trait]
impl Calls for Engine {
    #[wf_measure(name = "in_trait")]
    #[instrument(skip(self))]
    async fn in_trait(&self, n: u8) -> Result<u8, String> {
        yield_now().await;
        Ok(n)
    }
}

#[wf_measure(crate = ::wf_instrument)]
impl Engine {
    #[instrument(skip(self))]
    fn boxed(&self, n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
        Box::pin(async move {
            yield_now().await;
            n
        })
    }
}

#[test]
fn tracing_records_the_same_as_without_wf_measure() {
    let entered = Entered::default();
    tracing::subscriber::with_default(entered.clone(), || {
        assert_eq!((block_on(above(1)), block_on(below(1))), (2, 2));
        assert_eq!(block_on(opaque(1)), Ok(2));
        assert_eq!(block_on(asynchronous(3, |_| {})), Ok(3));
        assert_eq!(block_on(Engine.in_trait(1)), Ok(1));
        assert_eq!(block_on(Engine.boxed(1)), 1);
    });
    let entered = entered.entered.lock().unwrap();
    for name in [
        "above",
        "below",
        "opaque",
        "asynchronous",
        "in_trait",
        "boxed",
    ] {
        let times = entered.iter().filter(|entered| **entered == name).count();
        assert!(
            times > 1,
            "{name} was entered {times} times, and it is polled twice"
        );
    }
    #[cfg(feature = "enabled")]
    {
        let metrics = wf_instrument::snapshot::Snapshot::take().metrics;
        let boxed = concat!(module_path!(), "::Engine::boxed");
        for name in ["above", "below", "opaque", "in_trait", boxed] {
            let mut rows = metrics.spans.iter();
            let row = rows.find(|row| *row.span == *name).expect(name);
            assert_eq!(row.ok.count(), 1, "{name}");
        }
        let row = metrics
            .generations
            .iter()
            .find(|row| &*row.model == "asynchronous");
        assert_eq!(row.map(|row| row.tokens), Some(3));
    }
}
