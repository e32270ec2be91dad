//! Boxes of futures, streams and iterators behind an alias, with the measured one in them.

use std::future::Future;
use std::pin::Pin;

use futures_core::Stream;

/// A boxed type that a measured future, stream or iterator can have.
///
/// A macro cannot resolve an alias; the compiler finds the implementation.
#[diagnostic::on_unimplemented(
    message = "a measured future, stream or iterator cannot have the type `{Self}`",
    label = "not a `Pin<Box<dyn Future<..>>>`, a `Pin<Box<dyn Stream<..>>>` or a \
             `Box<dyn Iterator<..>>`",
    note = "return one of these (with or without `Send` and `Sync`), or remove `returns` and write \
            out the return type, as in `impl Future<Output = ..>` or `impl Stream<Item = ..>`"
)]
pub trait Rebuild<M> {
    /// Boxes `measured`.
    fn rebuild(measured: M) -> Self;
}

macro_rules! rebuilt {
    ($($boxed:ty => $make:path, [$($bound:tt)*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'a, T, M: $($bound)* + 'a> Rebuild<M> for $boxed {
            #[inline]
            fn rebuild(measured: M) -> Self {
                $make(measured)
            }
        }
    )*};
}

rebuilt! {
    Pin<Box<dyn Future<Output = T> + 'a>> => Box::pin, [Future<Output = T>];
    Pin<Box<dyn Future<Output = T> + Send + 'a>> => Box::pin, [Future<Output = T> + Send];
    Pin<Box<dyn Future<Output = T> + Sync + 'a>> => Box::pin, [Future<Output = T> + Sync];
    Pin<Box<dyn Future<Output = T> + Send + Sync + 'a>>
        => Box::pin, [Future<Output = T> + Send + Sync];
    Pin<Box<dyn Stream<Item = T> + 'a>> => Box::pin, [Stream<Item = T>];
    Pin<Box<dyn Stream<Item = T> + Send + 'a>> => Box::pin, [Stream<Item = T> + Send];
    Pin<Box<dyn Stream<Item = T> + Sync + 'a>> => Box::pin, [Stream<Item = T> + Sync];
    Pin<Box<dyn Stream<Item = T> + Send + Sync + 'a>> => Box::pin, [Stream<Item = T> + Send + Sync];
    Box<dyn Iterator<Item = T> + 'a> => Box::new, [Iterator<Item = T>];
    Box<dyn Iterator<Item = T> + Send + 'a> => Box::new, [Iterator<Item = T> + Send];
    Box<dyn Iterator<Item = T> + Sync + 'a> => Box::new, [Iterator<Item = T> + Sync];
    Box<dyn Iterator<Item = T> + Send + Sync + 'a> => Box::new, [Iterator<Item = T> + Send + Sync];
}
