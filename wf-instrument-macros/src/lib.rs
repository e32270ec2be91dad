//! The attribute and function-like macros of [wf-instrument], which re-exports them: depend on that crate, not on this one.
//!
//! | macro | measures |
//! |---|---|
//! | [`#[wf_measure]`](macro@wf_measure) | calls: how long they take and how they end |
//! | [`#[wf_measure(ttft)]`](macro@wf_measure#replies) | a model's replies: time to first token, gaps between tokens, ends |
//! | [`#[wf_measure(frame)]`](macro@wf_measure#frames) | pictures: how long each takes, and which are late |
//! | [`#[wf_skip]`](macro@wf_skip) | nothing: it leaves a function of a measured block alone |
//! | [`wf_token!`](macro@wf_token) | tokens where they are made |
//! | [`wf_frame!`](macro@wf_frame) | pictures where they are shown |
//! | [`wf_count!`](macro@wf_count), [`wf_gauge!`](macro@wf_gauge) | whatever else the application counts |
//!
//! # Without the feature `enabled`
//!
//! The final application sets this feature of wf-instrument, which is on by default; that crate
//! chooses by it which form of each macro it exports. Without it an annotated item is left exactly
//! as it is, and a macro evaluates nothing; the form of arguments is still checked, and the types
//! of those of function-like macros. What only an argument of the attribute uses is then unused,
//! and the compiler says so: where warnings are errors, put `#[cfg_attr(not(feature = ".."),
//! expect(unused_variables, reason = ".."))]` on the function.
//!
//! # From the inside
//!
//! arguments → function → contradictions → model → expansion. Every mistake is reported at its own
//! token, all in one compile, and the item is kept whatever is wrong, so that nothing else is
//! reported because of it. Bodies are never parsed: a half-typed one reaches the editor. Tokens of
//! the author are emitted as they came: what is parsed is a copy, so that fragments of
//! `macro_rules!` stay whole.
//!
//! Each word of this documentation is defined in the [glossary].
//!
//! [glossary]: https://docs.rs/wf-instrument/latest/wf_instrument/glossary/
//! [wf-instrument]: https://docs.rs/wf-instrument

mod args;
mod crate_path;
mod diagnostics;
mod expand;
mod function_like;
mod item;
mod measure;
mod names;
mod none_groups;
mod plan;
mod return_type;
mod site;
mod tokens;
mod validate;

use proc_macro::TokenStream;

/// Measures the function that it stands on: a call, a model's reply (`ttft`) or a picture (`frame`); or each function of a block.
///
/// # Calls
///
/// ```
/// use wf_instrument::{snapshot::Snapshot, wf_measure};
///
/// /// Splits text into tokens.
/// #[wf_measure(name = "tokenize")]
/// fn tokenize(text: &str) -> Result<Vec<&str>, String> {
///     if text.is_empty() {
///         return Err("nothing was said".to_owned());
///     }
///     Ok(text.split(' ').collect())
/// }
///
/// assert!(tokenize("hello there").is_ok() && tokenize("").is_err());
///
/// let metrics = Snapshot::take().metrics;
/// let tokenize = metrics.spans.iter().find(|row| &*row.span == "tokenize").unwrap();
/// assert_eq!((tokenize.ok.count(), tokenize.error.count(), tokenize.in_flight), (1, 1, 0));
/// assert_eq!(&*tokenize.help, "Splits text into tokens.");
/// ```
///
/// A call ends in one of four ways, each with durations of its own: people who give up never improve the p99 of those who were served.
///
/// | outcome | when |
/// |---|---|
/// | ok | it returned |
/// | error | an `Err` came back, whatever its type is called; or what `ok_if` or `error_if` says |
/// | cancelled | its future was dropped before it was ready |
/// | panicked | it unwound; with `panic = "abort"` there is nobody left to say so |
///
/// An `Err` is found in a `Result`, and in one within an `Option`, a `Poll`, a `Box`, an `Rc`, an
/// `Arc` or another `Result`, three deep in all (`Poll<Option<Result<..>>>`). `None`, `Pending` and
/// `ControlFlow::Break` are answers like others, and so are results in a tuple or a collection.
///
/// An `async fn` is measured from its first poll until it is ready, waiting included; one that is
/// never polled never began. A function that returns a future (`impl Future`, `Pin<Box<dyn
/// Future>>`, a `BoxFuture`, what `#[async_trait]` makes of an `async fn`) is measured from its
/// call until that future is ready or dropped, and one that returns a stream until the stream ends
/// or is dropped; an `Err` among its items makes it an error. A call that returns an iterator ends
/// when it returns: the work of an iterator is its caller's.
///
/// # What comes back
///
/// The macro reads the return type as it is spelled. What stands behind an alias, an associated
/// type or a parameter, the compiler finds out, and what cannot be measured by itself does not
/// compile:
///
/// | what comes back | without `returns` | otherwise |
/// |---|---|---|
/// | a future or a stream that is not spelled out, also in a `Result`, an `Option`, a `Vec` or a tuple | refused | `returns = future` or `returns = stream` where it is a name for `Pin<Box<dyn ..>>`, not for a `Result` with one in it: spell that out; of `impl OtherTrait`, name the future as well, as in `impl OtherTrait + Future<Output = ..>`; `returns = value` measures the call alone |
/// | with `ttft`: anything but text, numbers and what std builds of them | refused, as it may bring tokens later | `returns = stream` or `returns = iterator` where it is a name for `Pin<Box<dyn Stream>>` or `Box<dyn Iterator>`; `returns = value` where every token is counted by `wf_token!` before the function returns, or its future is ready |
///
/// ```
/// use std::pin::Pin;
/// use wf_instrument::wf_measure;
///
/// type Loading = Pin<Box<dyn Future<Output = Result<usize, String>> + Send>>;
///
/// #[wf_measure(returns = future)]
/// fn load(path: String) -> Loading {
///     Box::pin(async move { Ok(path.len()) })
/// }
/// # drop(load(String::new()));
/// ```
///
/// A future of another kind, a task's handle say, cannot be made again around what measures it:
/// measure the `async fn` that the task runs.
///
/// # Replies
///
/// ```text
/// queued_at       call            1st token    token    token         end
///     |── queue ────|                  |── gap ──|── gap ──|            |
///     |────────── time to first token ─|                               |
///     |──────────────────────────── end to end (when ok) ──────────────|
/// ```
///
/// With `ttft` the function answers one request. The tokens come from what it returns:
///
/// ```
/// use futures_util::stream::{self, Stream};
/// use wf_instrument::wf_measure;
///
/// struct Chunk { text: String, tokens: usize }
/// struct Engine { name: String }
///
/// impl Engine {
///     #[wf_measure(
///         ttft,
///         model = self.name,
///         tokens = |chunk| chunk.tokens,
///         prompt_tokens = prompt.len(),
///         slo = "p99 < 500ms",
///     )]
///     async fn generate(&self, prompt: &[u32]) -> Result<impl Stream<Item = Chunk> + use<>, String> {
///         if prompt.is_empty() {
///             return Err("nothing was asked".to_owned());
///         }
///         Ok(stream::iter(["Well", ", hello"].map(|text| Chunk { text: text.to_owned(), tokens: 1 })))
///     }
/// }
/// ```
///
/// * The return type may be `impl Stream<Item = T>`, `Pin<Box<dyn Stream<Item = T>>>`,
///   `BoxStream<'_, T>`, `LocalBoxStream<'_, T>`, `impl Iterator<Item = T>` or `Box<dyn
///   Iterator<Item = T>>`, each also in a `Result`, from a function that is `async` or not; with
///   `returns = stream` or `returns = iterator` a name for one of those that are boxed.
/// * The reply lasts until the stream says that it is through. Dropped before, it was cancelled; cancelled before its first token, it counts
///   as given up: a miss of every target for the time to first token.
/// * Its tokens are those of the items, and no others: what [`wf_token!`](macro@wf_token) counts in
///   the function or in its stream would be counted twice, and is an orphan.
/// * Where the consumer leaves a stream at its last item, as it does at a `finish_reason`, `last =
///   |chunk| chunk.is_last()` says which item that is: the reply ends with it, ok. Where that item
///   says that the answer was cut at the length limit of the request, call
///   `wf_instrument::truncated()` there. Tokens in items that follow are orphans.
/// * An item is one token, or as many as `tokens` says; an item of several ends one gap. An item of
///   none (a role, a keep-alive) is no first token and no gap.
/// * Items that are received less than 100 µs apart count as received together, and end one gap: a
///   receiver that is late takes what waited for it about that fast. A source of more than 10,000
///   items a second for one reply has no gaps, nor a time per output token. Where tokens may wait
///   for their receiver, in a channel say, or are made that fast, stamp them where they are made:
///   `tokens = |token| (token.count, token.made)` with a `record::Stamp` has the gaps between the
///   stamps.
/// * Of items that are `Result`s, whatever the type is called, `tokens` gets what is in the `Ok`;
///   an `Err` is no token, and the reply ends as an error.
///
/// A function that returns plain data (text, numbers and what std builds of them) counts its tokens
/// itself, wherever it makes them, by [`wf_token!`](macro@wf_token). One that returns something
/// else may do so with `returns = value`, where no token comes later:
///
/// ```
/// use wf_instrument::{wf_measure, wf_token};
///
/// #[wf_measure(ttft, model = "echo")]
/// fn generate(prompt: &str, mut on_token: impl FnMut(&str)) -> usize {
///     let words = prompt.split(' ');
///     words.inspect(|word| { wf_token!(); on_token(word) }).count()
/// }
///
/// assert_eq!(generate("hello there", |_| {}), 2);
/// ```
///
/// The reply then lasts as long as the call, and ends as a call does.
///
/// # Frames
///
/// ```
/// use wf_instrument::wf_measure;
///
/// #[wf_measure(frame, target_fps = 60)]
/// fn draw(canvas: &mut [u8]) {
///     canvas.fill(0);
/// }
/// # draw(&mut []);
/// ```
///
/// Each call is one picture. With `target_fps` it is late when it takes longer than its share of a second, and pictures are dropped: those
/// that should have begun meanwhile. A call that unwinds drew nothing. Only for functions that return when they are done.
///
/// # Blocks
///
/// ```
/// use wf_instrument::{snapshot::Snapshot, wf_measure, wf_skip};
///
/// struct Cache { rows: Vec<u32> }
///
/// #[wf_measure]
/// impl Cache {
///     fn fill(&mut self, n: u32) { self.rows.extend(0..n); }
///
///     #[wf_measure(name = "evict")]
///     fn clear(&mut self) { self.rows.clear(); }
///
///     #[wf_skip]
///     fn len(&self) -> usize { self.rows.len() }
/// }
///
/// let mut cache = Cache { rows: Vec::new() };
/// cache.fill(3);
/// cache.clear();
/// assert_eq!(cache.len(), 0);
/// let spans = Snapshot::take().metrics.spans;
/// assert!(spans.iter().any(|row| row.span.ends_with("::Cache::fill") && row.ok.count() == 1));
/// assert!(spans.iter().any(|row| &*row.span == "evict"));
/// assert!(!spans.iter().any(|row| row.span.ends_with("len")));
/// ```
///
/// On an impl block or an inline module, every function in it is measured: by default as a call, by
/// its own `#[wf_measure(..)]` as that says, with `#[wf_skip]` not at all;
/// `#[cfg_attr(condition, wf_skip)]` and its like hold where the condition does. Functions of an
/// impl block are named after the type as well. A `const fn` is left alone, and so is what stands
/// deeper: functions of a module within the module.
///
/// Functions that a macro call makes within the block cannot be measured from here. So that none is
/// left out silently, the call is an error until `#[wf_skip]` stands on it; the macro can put
/// `#[wf_measure]` on the functions itself. (`macro_rules!` and `thread_local!` make none.)
///
/// # Other attributes
///
/// Where attribute macros of others stand on the function too, such as `#[tracing::instrument]` or
/// `#[tokio::main]`, this one goes last: it measures what they make of the function, whatever their
/// order.
///
/// # Labels and outcomes
///
/// ```
/// use wf_instrument::{snapshot::Snapshot, wf_measure};
///
/// /// That nothing is found is an answer.
/// #[wf_measure(name = "fetch", labels(store = store), error_if = |found| matches!(found, Err(status) if *status != 404))]
/// fn fetch(store: &str, status: u16) -> Result<(), u16> {
///     if status == 200 { Ok(()) } else { Err(status) }
/// }
///
/// for status in [200, 404, 500] {
///     let _fetched = fetch("disk", status);
/// }
///
/// let metrics = Snapshot::take().metrics;
/// let disk = metrics.spans.iter().find(|row| &*row.span == "fetch").unwrap();
/// assert_eq!((disk.ok.count(), disk.error.count()), (2, 1));
/// assert_eq!(disk.labels, [("store".into(), "disk".into())]);
/// ```
///
/// # Arguments
///
/// | argument | with | meaning |
/// |---|---|---|
/// | `name = "chat"` | any | the series' name; without it `module::function`, on an impl block `module::Type::function` (an attribute on a method cannot see the type). Places of one name and kind are one series |
/// | `model = expr` | `ttft` | the series' name in place of `name`, asked at each call unless it is a literal: anything that is `AsRef<str>`. Past 32 models of a place, the rest share a series |
/// | `labels(key = expr, ..)` | any | what else tells events from others, asked at each call: anything that is `AsRef<str>`. A series for each set of values; past 32 sets of a place, the rest share one, under "(other)" |
/// | `ok_if = \|output\| bool`, `error_if = ..` | calls, `ttft` | what ends well, or does not, in place of the rule about `Result`: of what the function returns; of each item where it returns a stream or an iterator, an item that is an error has no tokens, nor has an `Err` that is none; an `Err` in place of a stream stays an error |
/// | `tokens = \|item\| n` | `ttft` | how many tokens an item brings: an integer or a `bool`, alone or in a pair with a `record::Stamp` of when they were made; or the path of such a function |
/// | `last = \|item\| bool` | `ttft` | which item ends the reply; gets what `tokens` gets |
/// | `returns = future`, `stream`, `iterator` or `value` | any | [what comes back](macro@wf_measure#what-comes-back), where the return type does not show it |
/// | `prompt_tokens = n` | `ttft` | how many tokens are read, 4,294,967,295 at most |
/// | `queued_at = instant` | `ttft` | since when the request has waited for this call, as a `std::time::Instant`: its queue time ends here, and `admitted()` has nothing to add |
/// | `slo = "p99 < 500ms"` | `ttft` | the promise for the time to first token: a percentile, and a time in `us`, `ms` or `s`. Kept in snapshots; a bucket of the endpoint ends there, and the governor takes the shortest for its target unless it is told another |
/// | `target_fps = 60` | `frame` | the promise for frames: a number, or a constant |
/// | `crate = path` | any | where wf-instrument is, for those who have it through another crate; a dependency that Cargo.toml renames is found |
///
/// Expressions are evaluated once, in the function, before its body, and in a build that measures
/// only: they may not leave the function (`?`, `return`, `.await`). They see its arguments and
/// `self`. `tokens` is asked for each item, after the function has returned: what it captures it
/// takes along, which the body then cannot use unless it is `Copy`, and which must live as long as
/// the stream. The same holds for `ok_if`, `error_if` and `last`. Where the body needs what they
/// capture, copy it in a block, which runs once, before the body:
/// `tokens = { let scale = self.scale; move |item: &Item| item.n * scale }`.
///
/// The first line of the function's doc comment is the series' help text in snapshots. Closures get
/// references: `error_if = |n| *n > 3`.
///
/// # What it expands to
///
/// ```text
/// fn tokenize(text: &str) -> Result<Vec<&str>, String> {
///     static SITE: SpanSite = SpanSite::new("tokenize", "Splits text into tokens.");
///     // … and its entry in a list that the linker puts together: the series is there before the first call.
///     let scope = SITE.enter();
///     let output = (move || -> Result<Vec<&str>, String> { /* the body */ })();
///     scope.end(/* an error if there is an `Err` in `output` */);
///     output
/// }
/// ```
///
/// Where the type shows that nothing but data comes back there is no closure, only a guard. An
/// async body becomes an `async move` block within a future that measures it in place. A stream is
/// returned within a stream that measures it, in the box and the result that it came in.
/// Attributes, visibility, generics and qualifiers stay where they are; a generic function is one
/// series.
///
/// # What it costs
///
/// The clock is most of it: a call reads it twice and takes about 26 ns in all, a reply about 34 ns
/// and 16 ns a token (`measure`, `label` and `token` among the benches). No lock, no system call,
/// and no allocation, except that a boxed stream or future is boxed once more.
///
/// A future or stream grows by at most 64 bytes and what labels and closures keep, and never by a
/// copy of the body: also the boxed future of `#[async_trait]` and one that a function returns.
/// Where an `async fn` does not hold its arguments across an `.await`, its future has them twice;
/// take large ones by reference or in a box there.
///
/// # What it does not see
///
/// * Of a measured iterator, `ExactSizeIterator` and `FusedIterator` hold where they held; `DoubleEndedIterator`, `Clone` and `Debug` do not.
/// * What a type parameter stands for: in a generic function, a `T` without bounds is taken for a
///   finished value and no `Err`.
/// * Futures and streams in a field of a type, in a map or in a tuple of more than six parts are
///   not found.
/// * A token that is pushed from another thread or task belongs to no reply there; an engine that works so takes its requests from
///   `wf_instrument::registry::generation` and hands them on.
/// * In a function with `#[track_caller]` that may return early (by `return`, `?` or a macro that
///   is not of std), and whose end has to be judged or whose tokens are counted,
///   `Location::caller()` names a place in the body.
/// * `const fn` cannot be measured, nor can a declaration without a body.
#[proc_macro_attribute]
pub fn wf_measure(args: TokenStream, item: TokenStream) -> TokenStream {
    measure::measure(args.into(), item.into()).into()
}

/// [`#[wf_measure]`](macro@wf_measure) of a build without the feature `enabled`: checks its
/// arguments, and leaves the item as it is.
#[proc_macro_attribute]
pub fn wf_measure_disabled(args: TokenStream, item: TokenStream) -> TokenStream {
    measure::validate_only(args.into(), item.into()).into()
}

/// Leaves a function of a measured block alone: see [`#[wf_measure]`](macro@wf_measure#blocks). Anywhere else it means nothing.
#[proc_macro_attribute]
pub fn wf_skip(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Counts tokens of the reply in scope, now: `wf_token!()` is one, `wf_token!(n)` are n that came together.
///
/// In scope is the innermost function under [`#[wf_measure(ttft)]`](macro@wf_measure#replies) that
/// this thread is running (of an async one: polling), unless its tokens come from the stream or
/// iterator that it returns. Where there is none, and there, the tokens are counted as orphans,
/// which a snapshot shows.
///
/// Of a task that a runtime runs inside the function (`block_on`, `rayon::yield_now`), tokens are
/// its own where it is a measured function too; otherwise they are counted at the reply in scope.
/// Where a stackful coroutine suspends inside a measured function, none are lost, but which reply
/// they are counted at is not promised: count by a handle there
/// (`wf_instrument::Generation::tokens`).
///
/// `n` is an integer of up to 64 bits (below zero is none) or a `bool`. No token at all leaves every time as it is. The first token of a reply
/// ends its time to first token; each later one ends a gap, and n that come together end one.
///
/// About 16 ns, most of it the clock; without the feature `enabled` nothing, not even `n`.
///
/// `crate = path` beside the other arguments says where wf-instrument is, for those who have it
/// through another crate: `wf_token!(n, crate = my_app::wf_instrument)`.
///
/// ```
/// use wf_instrument::{wf_measure, wf_token};
///
/// #[wf_measure(ttft)]
/// fn generate() -> String {
///     let mut reply = String::new();
///     for word in ["Well", ", ", "hello"] {
///         wf_token!();
///         reply.push_str(word);
///     }
///     reply
/// }
///
/// assert_eq!(generate(), "Well, hello");
/// ```
#[proc_macro]
pub fn wf_token(tokens: TokenStream) -> TokenStream {
    function_like::token(tokens.into()).enabled.into()
}

/// [`wf_token!`](macro@wf_token) of a build without the feature `enabled`: checks its arguments,
/// and does nothing.
#[proc_macro]
pub fn wf_token_disabled(tokens: TokenStream) -> TokenStream {
    function_like::token(tokens.into()).disabled.into()
}

/// A picture is shown, now: `wf_frame!()`, `wf_frame!("canvas")` or `wf_frame!("canvas", target_fps = 60)`.
///
/// For render loops, where [`#[wf_measure(frame)]`](macro@wf_measure#frames) has no function to stand on, and where the wait for the screen
/// counts too: each picture took as long as it is since the one before at the same place, so the first has no time yet, and is not counted. With `target_fps` it
/// is late, and pictures are dropped, as there; a loop that pauses has one late picture after it.
///
/// `crate = path` is as for [`wf_token!`](macro@wf_token).
///
/// Without a name it is the module's; two loops need two names. One clock reading, an atomic exchange and a record; without the feature `enabled` nothing.
///
/// ```
/// use wf_instrument::{snapshot::Snapshot, wf_frame};
///
/// for _ in 0..3 {
///     wf_frame!("canvas", target_fps = 60);
/// }
///
/// let metrics = Snapshot::take().metrics;
/// let canvas = metrics.frames.iter().find(|row| &*row.frame == "canvas").unwrap();
/// assert_eq!(canvas.duration.count(), 2);
/// ```
#[proc_macro]
pub fn wf_frame(tokens: TokenStream) -> TokenStream {
    function_like::frame(tokens.into()).enabled.into()
}

/// [`wf_frame!`](macro@wf_frame) of a build without the feature `enabled`: checks its arguments,
/// and does nothing.
#[proc_macro]
pub fn wf_frame_disabled(tokens: TokenStream) -> TokenStream {
    function_like::frame(tokens.into()).disabled.into()
}

/// Counts something of the application's own: `wf_count!("cache_hits")` or `wf_count!("cache_hits", n)`.
///
/// The counter is there, at zero, before it first counts. The name is a literal in snake case, exported as it is with `_total` behind
/// it (so it may not have that itself); every place that counts under a name adds to the same counter. `n` is as for
/// [`wf_token!`](macro@wf_token), and `wf_count!(tokens, n)` is `wf_token!(n)`.
///
/// `labels(key = expr, ..)` at the end adds labels: each set of values (anything that is
/// `AsRef<str>`) has a series, from its first count on. Past 32 sets of a place, the rest share
/// one, under "(other)".
///
/// `crate = path` is as for [`wf_token!`](macro@wf_token).
///
/// Below 1 ns, without a lock, and about a nanosecond more for each label value compared; without
/// the feature `enabled` nothing, not even `n`.
///
/// ```
/// use wf_instrument::{snapshot::Snapshot, wf_count};
///
/// wf_count!("cache_hits");
/// wf_count!("cache_hits", [1, 2].len());
///
/// let metrics = Snapshot::take().metrics;
/// let hits = metrics.counters.iter().find(|row| &*row.name == "cache_hits").unwrap();
/// assert_eq!(hits.value, 3);
///
/// let model = "llama-8b";
/// wf_count!("refusals", labels(model = model));
/// wf_count!("tool_calls", 2, labels(model = model, tool = "search"));
/// ```
#[proc_macro]
pub fn wf_count(tokens: TokenStream) -> TokenStream {
    function_like::count(tokens.into()).enabled.into()
}

/// [`wf_count!`](macro@wf_count) of a build without the feature `enabled`: checks its arguments,
/// and does nothing.
#[proc_macro]
pub fn wf_count_disabled(tokens: TokenStream) -> TokenStream {
    function_like::count(tokens.into()).disabled.into()
}

/// Sets a value of the application's own, which goes up and down: `wf_gauge!("queue_depth", depth)`.
///
/// The name is a literal in snake case; the value an `f64`. Every place that sets a gauge of a name sets the same one, and the last wins. A
/// gauge that was never set is not shown.
///
/// `labels(key = expr, ..)` at the end adds labels, as for [`wf_count!`](macro@wf_count). Past 32
/// sets of a place a value is not kept, and counted as dropped: a series that several sets share
/// would show the value of one of them only.
///
/// `crate = path` is as for [`wf_token!`](macro@wf_token).
///
/// One atomic store; the first time at a place also a lock. Without the feature `enabled` nothing, not even the value.
///
/// ```
/// use wf_instrument::{snapshot::Snapshot, wf_gauge};
///
/// wf_gauge!("queue_depth", 3.0);
///
/// let metrics = Snapshot::take().metrics;
/// let depth = metrics.gauges.iter().find(|row| &*row.name == "queue_depth").unwrap();
/// assert_eq!(depth.value, 3.0);
///
/// wf_gauge!("cache_bytes", 4096.0, labels(tier = "memory"));
/// ```
#[proc_macro]
pub fn wf_gauge(tokens: TokenStream) -> TokenStream {
    function_like::gauge(tokens.into()).enabled.into()
}

/// [`wf_gauge!`](macro@wf_gauge) of a build without the feature `enabled`: checks its arguments,
/// and does nothing.
#[proc_macro]
pub fn wf_gauge_disabled(tokens: TokenStream) -> TokenStream {
    function_like::gauge(tokens.into()).disabled.into()
}

/// The rules for names as a module, for wf-instrument alone: its registry refuses what the macros
/// refuse.
#[doc(hidden)]
#[proc_macro]
pub fn name_rules(_: TokenStream) -> TokenStream {
    let module = concat!("mod names {", include_str!("names.rs"), "}");
    module.parse().unwrap_or_default()
}
