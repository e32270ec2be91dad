//! `#[wf_measure]` on functions whose return type only the compiler can resolve.

use std::cell::{Ref, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use futures_util::stream::{self, Stream, StreamExt as _};
use wf_instrument::wf_measure;

use crate::common::{block_on, yield_now};

#[derive(Debug, PartialEq)]
struct Weights<'a, const N: usize>(&'a [u8; N]);

#[derive(Debug, Default, PartialEq)]
struct Tree {
    children: Vec<Self>,
}

trait Load {
    type Loaded;

    fn load(self) -> Self::Loaded;
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

struct Cache {
    rows: RefCell<Vec<u8>>,
    locked: Mutex<u8>,
    last: Tree,
}

#[wf_measure]
impl Cache {
    fn fresh() -> Self {
        Self {
            rows: RefCell::new(vec![1]),
            locked: Mutex::new(2),
            last: Tree::default(),
        }
    }

    fn rows(&self) -> Ref<'_, Vec<u8>> {
        self.rows.borrow()
    }

    fn lock(&self) -> Result<MutexGuard<'_, u8>, String> {
        self.locked.lock().map_err(|error| error.to_string())
    }

    fn last(&mut self) -> &mut Tree {
        self.last.children.push(Tree::default());
        &mut self.last
    }

    fn into_last(self) -> Tree {
        if self.rows.borrow().is_empty() {
            return Tree::default();
        }
        self.last
    }

    #[wf_measure(returns = future)]
    fn later<'a>(&self, n: &'a u8) -> Boxed<'a, u8> {
        Box::pin(async move { Ok(*n) })
    }
}

impl Load for &[u8; 2] {
    type Loaded = Option<Weights<'static, 2>>;

    #[wf_measure]
    fn load(self) -> Self::Loaded {
        const TWO: &[u8; 2] = &[1, 2];
        (self == TWO).then_some(Weights(TWO))
    }
}

#[wf_measure]
fn associated<L: Load>(load: L) -> L::Loaded {
    load.load()
}

#[wf_measure]
fn parts<T: Clone>(value: &T) -> (T, impl Fn(u8) -> u8 + use<T>, [Option<T>; 2]) {
    (value.clone(), |n| n + 1, [None, Some(value.clone())])
}

#[wf_measure]
fn dynamic(n: u8) -> Box<dyn Fn(&str) -> usize + Send> {
    Box::new(move |text| text.len() + usize::from(n))
}

#[wf_measure]
fn grown(depth: u8) -> Tree {
    let children = (0..depth).map(grown).collect();
    Tree { children }
}

#[wf_measure]
fn made(make: impl FnOnce() -> Tree) -> Result<Tree, Box<dyn std::error::Error>> {
    Ok(make())
}

#[wf_measure]
async fn later<'a, const N: usize>(weights: &'a [u8; N]) -> Result<Weights<'a, N>, String> {
    yield_now().await;
    if N == 0 {
        return Err("nothing".to_owned());
    }
    Ok(Weights(weights))
}

struct Countdown(u8);

impl Future for Countdown {
    type Output = Tree;

    #[wf_measure]
    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0 = self.0.saturating_sub(1);
        match self.0 {
            0 => Poll::Ready(Tree::default()),
            _ => Poll::Pending,
        }
    }
}

impl Stream for Countdown {
    type Item = u8;

    #[wf_measure]
    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<u8>> {
        self.0 = self.0.saturating_sub(1);
        Poll::Ready((self.0 > 0).then_some(self.0))
    }
}

#[wf_measure(returns = value)]
fn task() -> Countdown {
    Countdown(2)
}

#[wf_measure]
fn streamed<'a>(rows: &'a [u8]) -> impl Stream<Item = &'a u8> + Send + 'a {
    stream::iter(rows)
}

#[wf_measure(ttft, last = |n| **n == 2, returns = stream)]
fn tokens(rows: &[u8]) -> Result<Pin<Box<dyn OfBytes<'_> + '_>>, String> {
    Ok(Box::pin(stream::iter(rows)))
}

trait OfBytes<'a>: Stream<Item = &'a u8> {}

impl<'a, S: Stream<Item = &'a u8>> OfBytes<'a> for S {}

#[test]
fn functions_with_types_of_their_own_return_the_same() {
    let mut cache = Cache::fresh();
    assert_eq!(*cache.rows(), [1]);
    assert_eq!(*cache.lock().unwrap(), 2);
    cache.last().children.clear();
    assert_eq!(block_on(cache.later(&4)), Ok(4));
    assert_eq!(cache.into_last(), Tree::default());
    assert_eq!(associated(&[1, 2]), Some(Weights(&[1, 2])));
    let (value, next, [none, some]) = parts(&3);
    assert_eq!((value, next(1), none, some), (3, 2, None, Some(3)));
    assert_eq!(dynamic(1)("ab"), 3);
    assert_eq!(grown(2).children.len(), 2);
    assert_eq!(made(|| grown(1)).unwrap(), grown(1));
}

#[test]
fn async_functions_with_types_of_their_own_return_the_same() {
    assert_eq!(block_on(later(&[1])), Ok(Weights(&[1])));
    assert!(block_on(later(&[])).is_err());
    assert_eq!(block_on(task()), Tree::default());
    let mut countdown = std::pin::pin!(Countdown(3));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(countdown.as_mut().poll_next(&mut cx), Poll::Ready(Some(2)));
    assert_eq!(block_on(streamed(&[1, 2]).count()), 2);
    assert_eq!(block_on(tokens(&[1, 2]).unwrap().count()), 2);
}
