//! The value that the caller receives, by the signature and the argument `returns`. What an alias
//! stands for is not known here.

pub(crate) mod classify;
pub(crate) mod syntax;

use syn::{Ident, ReturnType, Signature, Type};

use crate::return_type::classify::Content;
use crate::return_type::syntax::{
    Owner, alias, associated, bounds, first_argument, is_result, owned, owner, plain,
};

/// The way in which the value gets to the caller, and its type.
pub(crate) struct Returned<'a> {
    pub(crate) call: Call,
    /// The type after the arrow; `None` is the unit.
    pub(crate) spelled: Option<&'a Type>,
    /// The value that the caller has in the end: of an async function, after `.await`.
    pub(crate) output: Output<'a>,
    stated: Option<Stated>,
}

/// The argument `returns`: a type that its spelling does not show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stated {
    Future,
    Stream,
    Iterator,
    /// All is done when the function returns it, or its future is ready.
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    /// The function returns the value.
    Sync,
    /// An `async fn`.
    Async,
    /// The function returns a future of the value: `impl Future`, or a boxed one such as `#[async_trait]` makes.
    Future(Owner),
}

#[derive(Clone, Copy)]
pub(crate) enum Output<'a> {
    Unit,
    Spelled(&'a Type),
    /// The argument of an alias, such as `BoxFuture<'_, T>`: another alias of that name may make
    /// something else of it.
    Named(&'a Type),
    Unknown,
}

impl<'a> Output<'a> {
    /// The type, as far as it is spelled.
    pub(crate) fn ty(self) -> Option<&'a Type> {
        match self {
            Self::Spelled(ty) | Self::Named(ty) => Some(ty),
            Self::Unit | Self::Unknown => None,
        }
    }

    /// Its content by the answer that `of` gives of a type.
    pub(crate) fn content(self, of: fn(&Type) -> Content) -> Content {
        match self {
            Self::Unit => Content::Known,
            Self::Spelled(ty) => of(ty),
            Self::Named(_) | Self::Unknown => Content::Unknown,
        }
    }
}

/// A stream or an iterator.
pub(crate) struct Source<'a> {
    pub(crate) spelled: &'a Type,
    pub(crate) kind: SourceKind,
    pub(crate) owner: Owner,
    /// As the trait is spelled; `None` where the item is that of an alias.
    pub(crate) item: Option<&'a Type>,
    /// The source stands in an `Ok`.
    pub(crate) in_result: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SourceKind {
    Stream,
    Iterator,
}

impl<'a> Returned<'a> {
    pub(crate) fn of(sig: &'a Signature, stated: Option<Stated>) -> Self {
        let spelled = match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(plain(ty)),
        };
        let output = spelled.map_or(Output::Unit, Output::Spelled);
        let (call, output) = match (sig.asyncness, spelled, spelled.and_then(future_of)) {
            (Some(_), ..) => (Call::Async, output),
            (None, _, Some((owner, output))) => (Call::Future(owner), output),
            (None, Some(ty), None) if stated == Some(Stated::Future) => {
                (Call::Future(owner(ty)), Output::Unknown)
            }
            (None, ..) => (Call::Sync, output),
        };
        Self {
            call,
            spelled,
            output,
            stated,
        }
    }

    /// It returns `!`.
    pub(crate) fn never(&self) -> bool {
        matches!(self.output, Output::Spelled(Type::Never(_)))
    }

    /// The author says that all is done when the value is there.
    pub(crate) fn is_value(&self) -> bool {
        self.stated == Some(Stated::Value)
    }

    /// The stream or iterator that comes back, if one is spelled out or stated.
    pub(crate) fn source(&self) -> Option<Source<'a>> {
        if self.is_value() {
            return None;
        }
        let stated = match self.stated {
            Some(Stated::Stream) => Some(SourceKind::Stream),
            Some(Stated::Iterator) => Some(SourceKind::Iterator),
            _ => None,
        };
        let (ty, in_result) = self.around_source()?;
        let source = source_of(ty).or_else(|| Some((stated?, owner(ty), None)));
        let (kind, owner, item) = source?;
        Some(Source {
            spelled: ty,
            kind,
            owner,
            item,
            in_result,
        })
    }

    /// The stream that comes back.
    pub(crate) fn stream(&self) -> Option<Source<'a>> {
        self.source()
            .filter(|source| source.kind == SourceKind::Stream)
    }

    /// Where a source would stand: the type, and whether it is in an `Ok`.
    fn around_source(&self) -> Option<(&'a Type, bool)> {
        let output = self.output.ty()?;
        match is_result(output) {
            true => Some((first_argument(output)?, true)),
            false => Some((output, false)),
        }
    }

    /// Returns whether the spelling shows what `returns` states.
    pub(crate) fn stated_needlessly(&self) -> bool {
        match self.stated {
            Some(Stated::Future) => {
                self.call == Call::Async || self.spelled.and_then(future_of).is_some()
            }
            Some(Stated::Stream | Stated::Iterator) => self
                .around_source()
                .is_some_and(|(ty, _)| source_of(ty).is_some()),
            Some(Stated::Value) | None => false,
        }
    }

    /// What is promised of the source beside its items, and does not hold of a measured one.
    pub(crate) fn unforwarded(&self) -> impl Iterator<Item = &'a Ident> {
        let source = self.source().and_then(|_| self.around_source());
        source
            .into_iter()
            .flat_map(|(ty, _)| bounds(owned(ty).0))
            .map(|bound| &bound.ident)
            .filter(|bound| UNFORWARDED.iter().any(|name| bound == name))
    }
}

/// Traits of std and of futures that a measured source cannot have, whatever it measures: nothing ends a gap from behind, and a copy would be
/// another reply. Of others, such as the author's own, the compiler says whether they hold.
const UNFORWARDED: [&str; 5] = [
    "Clone",
    "Copy",
    "Debug",
    "DoubleEndedIterator",
    "FusedStream",
];

/// The owner of the future that is spelled `impl Future<Output = T>`, boxed or `BoxFuture<'_, T>`,
/// and its output.
fn future_of(ty: &Type) -> Option<(Owner, Output<'_>)> {
    if let Some(output) = alias(ty, &["BoxFuture", "LocalBoxFuture"]) {
        return Some((Owner::PinBox, Output::Named(output)));
    }
    let (inner, owner) = owned(ty);
    let bound = bounds(inner).find(|bound| bound.ident == "Future")?;
    let output = associated(bound, "Output")?;
    is_owned(inner, owner).then_some((owner, Output::Spelled(output)))
}

fn source_of(ty: &Type) -> Option<(SourceKind, Owner, Option<&Type>)> {
    if alias(ty, &["BoxStream", "LocalBoxStream"]).is_some() {
        return Some((SourceKind::Stream, Owner::PinBox, None));
    }
    let (inner, owner) = owned(ty);
    let (kind, bound) = bounds(inner).find_map(|bound| match bound.ident.to_string().as_str() {
        "Stream" | "TryStream" => Some((SourceKind::Stream, bound)),
        "Iterator" => Some((SourceKind::Iterator, bound)),
        _ => None,
    })?;
    is_owned(inner, owner).then(|| (kind, owner, associated(bound, "Item")))
}

/// A trait object has to stand in a box.
fn is_owned(inner: &Type, owner: Owner) -> bool {
    owner != Owner::Plain || matches!(inner, Type::ImplTrait(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sig(text: &str) -> Signature {
        syn::parse_str(text).unwrap()
    }

    fn returned(text: &str) -> Returned<'static> {
        Returned::of(Box::leak(Box::new(sig(text))), None)
    }

    #[test]
    fn sources_are_seen_through_their_boxes_and_results() {
        use Owner::{Box, PinBox, Plain};
        use SourceKind::{Iterator, Stream};
        for (output, kind, owner, in_result, item) in [
            (
                "impl Stream<Item = u8> + Send + 'static",
                Stream,
                Plain,
                false,
                true,
            ),
            (
                "impl futures::Stream<Item = io::Result<u8>>",
                Stream,
                Plain,
                false,
                true,
            ),
            (
                "impl TryStream<Ok = u8, Error = E>",
                Stream,
                Plain,
                false,
                false,
            ),
            (
                "Pin<Box<dyn Stream<Item = u8> + Send>>",
                Stream,
                PinBox,
                false,
                true,
            ),
            (
                "std::pin::Pin<std::boxed::Box<(dyn Stream<Item = u8> + Send + '_)>>",
                Stream,
                PinBox,
                false,
                true,
            ),
            (
                "Pin<Box<impl Stream<Item = u8>>>",
                Stream,
                PinBox,
                false,
                true,
            ),
            (
                "BoxStream<'static, Result<u8, E>>",
                Stream,
                PinBox,
                false,
                false,
            ),
            (
                "Result<LocalBoxStream<'_, u8>>",
                Stream,
                PinBox,
                true,
                false,
            ),
            ("impl Iterator<Item = u8>", Iterator, Plain, false, true),
            (
                "anyhow::Result<Box<dyn Iterator<Item = Result<u8, E>> + '_>>",
                Iterator,
                Box,
                true,
                true,
            ),
        ] {
            for qualifier in ["", "async "] {
                let returned = returned(&format!("{qualifier}fn f() -> {output}"));
                let source = returned.source().expect(output);
                assert_eq!((source.kind, source.owner), (kind, owner), "{output}");
                assert_eq!(
                    (source.in_result, source.item.is_some()),
                    (in_result, item),
                    "{output}"
                );
            }
        }
    }

    #[test]
    fn what_a_measured_source_cannot_be_is_found() {
        for (output, found) in [
            (
                "impl Iterator<Item = u8> + ExactSizeIterator + Send + 'a",
                0,
            ),
            ("impl Iterator<Item = u8> + DoubleEndedIterator + Clone", 2),
            ("Result<Box<dyn Iterator<Item = u8> + Debug>, E>", 1),
            ("Pin<Box<dyn Stream<Item = u8> + Mine>>", 0),
            ("impl Clone", 0),
        ] {
            let returned = returned(&format!("fn f() -> {output}"));
            assert_eq!(returned.unforwarded().count(), found, "{output}");
        }
    }

    #[test]
    fn values_are_no_sources() {
        for output in [
            "String",
            "Vec<u8>",
            "Result<String, E>",
            "()",
            "!",
            "ReceiverStream<u8>",
            "std::vec::IntoIter<u8>",
            "Option<impl Stream<Item = u8>>",
            "&mut dyn Iterator<Item = u8>",
        ] {
            assert!(
                returned(&format!("fn f() -> {output}")).source().is_none(),
                "{output}"
            );
        }
    }

    #[test]
    fn what_a_name_stands_for_is_what_returns_states() {
        let sig = sig("fn f() -> Result<Self::Tokens, E>");
        let source = Returned::of(&sig, Some(Stated::Stream)).source().unwrap();
        assert_eq!(
            (source.kind, source.owner),
            (SourceKind::Stream, Owner::Named)
        );
        assert!(source.in_result);
        let sig = self::sig("fn f() -> impl Mine");
        let returned = Returned::of(&sig, Some(Stated::Future));
        assert_eq!(returned.call, Call::Future(Owner::Plain));
        let sig = self::sig("fn f() -> impl Stream<Item = u8>");
        assert!(Returned::of(&sig, Some(Stated::Value)).source().is_none());
    }

    #[test]
    fn what_is_spelled_out_need_not_be_stated() {
        for (text, stated, needless) in [
            ("async fn f() -> Alias", Stated::Future, true),
            ("fn f() -> BoxFuture<'_, u8>", Stated::Future, true),
            ("fn f() -> Alias", Stated::Future, false),
            (
                "fn f() -> Result<BoxStream<'_, u8>, E>",
                Stated::Stream,
                true,
            ),
            ("async fn f() -> Alias", Stated::Stream, false),
            ("fn f() -> String", Stated::Value, false),
        ] {
            let sig = sig(text);
            assert_eq!(
                Returned::of(&sig, Some(stated)).stated_needlessly(),
                needless,
                "{text}"
            );
        }
    }

    #[test]
    fn functions_that_return_futures_are_asynchronous() {
        for (output, owner) in [
            ("impl Future<Output = Result<u8, E>> + Send", Owner::Plain),
            (
                "Pin<Box<dyn core::future::Future<Output = Result<u8>> + Send + 'async_trait>>",
                Owner::PinBox,
            ),
            ("Pin<Box<impl Future<Output = u8>>>", Owner::PinBox),
            ("Box<dyn Future<Output = u8> + Unpin>", Owner::Box),
            ("BoxFuture<'_, io::Result<u8>>", Owner::PinBox),
        ] {
            let returned = returned(&format!("fn f() -> {output}"));
            assert_eq!(returned.call, Call::Future(owner), "{output}");
        }
    }

    #[test]
    fn what_an_alias_makes_of_its_argument_is_not_known() {
        let returned = returned("fn f() -> BoxFuture<'_, u8>");
        assert_eq!(returned.output.content(Content::data), Content::Unknown);
    }
}
