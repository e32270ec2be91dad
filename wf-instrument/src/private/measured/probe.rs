//! Questions about the type of a value, which the compiler resolves.
//!
//! A macro has types as they are spelled; it cannot resolve an alias, an associated type or a
//! parameter. Method resolution can: a method of [`Probe`] whose bounds hold takes precedence over
//! the method of the same name of [`Leaf`], to which a probe dereferences. At run time only the
//! comparison that finds an `Err` is left.

use std::future::IntoFuture;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use futures_core::Stream;

use crate::outcome::Outcome;

/// A reference to a value whose type the compiler knows.
#[derive(Debug)]
pub struct Probe<'a, T>(Leaf<'a, T>);

impl<'a, T> Probe<'a, T> {
    /// Makes a probe of `value`.
    #[inline]
    pub const fn at(value: &'a T) -> Self {
        Self::of(Some(value), false)
    }

    #[inline]
    const fn of(value: Option<&'a T>, failed: bool) -> Self {
        Self(Leaf { value, failed })
    }
}

impl<'a, T> Deref for Probe<'a, T> {
    type Target = Leaf<'a, T>;

    #[inline]
    fn deref(&self) -> &Leaf<'a, T> {
        &self.0
    }
}

/// A reference to a value of any type, with the methods of last resort.
#[derive(Debug)]
pub struct Leaf<'a, T> {
    /// `None` where the outer value contains none, or where only the type matters.
    value: Option<&'a T>,
    /// True if there was an `Err` in its place.
    failed: bool,
}

impl<'a, T> Leaf<'a, T> {
    /// Returns a probe of no value.
    #[inline]
    pub const fn inner(&self) -> Probe<'a, ()> {
        Probe::of(None, self.failed)
    }

    /// Returns the value, which is not a `Result`.
    #[inline]
    pub const fn ok(&self) -> Option<&'a T> {
        self.value
    }

    /// Accepts a value that is not a future.
    #[inline]
    pub const fn no_future(&self) {}

    /// Accepts a value that is not a stream.
    #[inline]
    pub const fn no_stream(&self) {}

    /// Returns an error if an `Err` was found on the way here.
    #[inline]
    pub const fn outcome(&self) -> Outcome {
        match self.failed {
            true => Outcome::Error,
            false => Outcome::Ok,
        }
    }
}

impl<'a, T, E> Probe<'a, Result<T, E>> {
    /// Returns a probe of the value in the `Ok`.
    #[inline]
    pub const fn inner(&self) -> Probe<'a, T> {
        match self.0.value {
            Some(Ok(value)) => Probe::of(Some(value), self.0.failed),
            Some(Err(_)) => Probe::of(None, true),
            None => Probe::of(None, self.0.failed),
        }
    }

    /// Returns the value in the `Ok`, if it is one.
    #[inline]
    pub const fn ok(&self) -> Option<&'a T> {
        match self.0.value {
            Some(Ok(value)) => Some(value),
            Some(Err(_)) | None => None,
        }
    }
}

/// Implements `inner` for types that contain one value or none.
macro_rules! single_value {
    ($($outer:ty, $value:ident => $inner:expr;)*) => {$(
        impl<'a, T> Probe<'a, $outer> {
            /// Returns a probe of the value in it.
            #[inline]
            pub fn inner(&self) -> Probe<'a, T> {
                Probe::of(self.0.value.and_then(|$value| $inner), self.0.failed)
            }
        }
    )*};
}

single_value! {
    Option<T>, value => value.as_ref();
    Poll<T>, value => match value {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    };
    Box<T>, value => Some(&**value);
    Rc<T>, value => Some(&**value);
    Arc<T>, value => Some(&**value);
    // One of several results is not the result of the call: only the type matters.
    Vec<T>, _value => None;
}

/// Implements `part_n` for tuples: the type of each part. An `Err` in a part is not searched for.
macro_rules! parts {
    ($($($part:ident)*: $($name:ident $of:ident)*;)*) => {
        $(parts!(@ ($($part),*) $($name $of)*);)*
    };
    (@ $tuple:tt $($name:ident $of:ident)*) => {$(parts!(@@ $tuple $name $of);)*};
    (@@ ($($part:ident),*) $name:ident $of:ident) => {
        impl<'a, $($part),*> Probe<'a, ($($part,)*)> {
            /// Returns a probe of the type of this part.
            #[inline]
            pub const fn $name(&self) -> Probe<'a, $of> {
                Probe::of(None, self.0.failed)
            }
        }
    };
}

parts! {
    A: part_0 A;
    A B: part_0 A part_1 B;
    A B C: part_0 A part_1 B part_2 C;
    A B C D: part_0 A part_1 B part_2 C part_3 D;
    A B C D E: part_0 A part_1 B part_2 C part_3 D part_4 E;
    A B C D E F: part_0 A part_1 B part_2 C part_3 D part_4 E part_5 F;
}

impl<T: IntoFuture> Probe<'_, T> {
    /// Refuses a future.
    #[inline]
    pub const fn no_future(&self)
    where
        Call: EndsBeforeFuture<T>,
    {
    }
}

impl<T: Stream> Probe<'_, T> {
    /// Refuses a stream.
    #[inline]
    pub const fn no_stream(&self)
    where
        Call: EndsBeforeStream<T>,
    {
    }
}

/// The call whose output is checked.
#[derive(Debug)]
pub struct Call;

/// Implemented for no type, so that a returned future is refused with these notes.
#[diagnostic::on_unimplemented(
    message = "`{T}` is a future, or becomes one by `.await`: its work continues after the \
               function returns",
    label = "the measurement would end here, before the work is done",
    note = "if the function is not `async` and its return type is an alias of \
            `Pin<Box<dyn Future<..>>>`, add `returns = future`: the call then lasts until the \
            future is ready",
    note = "if it returns `impl OtherTrait`, write `impl OtherTrait + Future<Output = ..>`, \
            without `returns`",
    note = "otherwise write `#[wf_measure]` on the `async fn` that awaits the future or that a \
            task runs",
    note = "to measure the call alone, add `returns = value`"
)]
pub trait EndsBeforeFuture<T> {}

/// Implemented for no type, so that a returned stream is refused with these notes.
#[diagnostic::on_unimplemented(
    message = "`{T}` is a stream: its items come after the function returns",
    label = "the measurement would end here, before the stream ends",
    note = "return `impl Stream<Item = ..>` (also boxed or in a `Result`); for an alias of \
            `Pin<Box<dyn Stream<..>>>`, add `returns = stream`: the call then lasts until the \
            stream ends",
    note = "if the return type is an alias of a `Result` with a stream in it, write out \
            `Result<.., ..>`: the macro cannot resolve that alias",
    note = "to measure the call alone, add `returns = value`"
)]
pub trait EndsBeforeStream<T> {}

// For `Call` there is none. Without any, the compiler would propose to write one.
#[diagnostic::do_not_recommend]
impl EndsBeforeFuture<()> for () {}

#[diagnostic::do_not_recommend]
impl EndsBeforeStream<()> for () {}

#[cfg(test)]
mod tests {
    use super::*;

    type Alias = Result<u8, ()>;

    #[test]
    fn an_err_is_found_behind_aliases_and_in_nested_values() {
        let nested: Result<Alias, String> = Ok(Err(()));
        assert_eq!(Probe::at(&nested).inner().inner().outcome(), Outcome::Error);
        let polled: Poll<Option<Alias>> = Poll::Ready(Some(Err(())));
        let found = Probe::at(&polled).inner().inner().inner().outcome();
        assert_eq!(found, Outcome::Error);
        let boxed: Box<Alias> = Box::new(Err(()));
        assert_eq!(Probe::at(&boxed).inner().inner().outcome(), Outcome::Error);
    }

    #[test]
    fn absent_pending_and_other_values_are_no_failures() {
        let absent: Option<Alias> = None;
        assert_eq!(Probe::at(&absent).inner().inner().outcome(), Outcome::Ok);
        let pending: Poll<Alias> = Poll::Pending;
        assert_eq!(Probe::at(&pending).inner().inner().outcome(), Outcome::Ok);
        let several: Vec<Alias> = vec![Err(())];
        assert_eq!(Probe::at(&several).inner().inner().outcome(), Outcome::Ok);
        let of_a_tuple = (1u8, Alias::Err(()));
        assert_eq!(Probe::at(&of_a_tuple).inner().outcome(), Outcome::Ok);
        assert_eq!(Probe::at(&"text").inner().inner().outcome(), Outcome::Ok);
    }

    #[test]
    fn tokens_are_taken_from_within_a_result_only() {
        let item: Alias = Ok(3);
        assert_eq!(Probe::at(&item).ok(), Some(&3u8));
        let failed: Alias = Err(());
        assert_eq!(Probe::at(&failed).ok(), None);
        let item = Some(3u8);
        assert_eq!(Probe::at(&item).ok(), Some(&Some(3u8)));
    }
}
