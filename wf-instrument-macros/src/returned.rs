//! What a signature says about the value that the caller receives. Types are read as they are spelled: an alias is not seen through.

use syn::visit::{Visit, visit_path_segment};
use syn::{Ident, PathSegment, ReturnType, Signature, Type};

use crate::spelling::{Owner, alias, associated, bounds, first_argument, is_result, owned, plain};

/// How the value gets to the caller, and its type.
pub(crate) struct Returned<'a> {
    pub(crate) call: Call,
    /// The type after the arrow; `None` is the unit.
    pub(crate) spelled: Option<&'a Type>,
    /// The value that the caller has in the end: of an async function, after `.await`. `None` is the unit.
    pub(crate) output: Option<&'a Type>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    /// The function returns the value.
    Sync,
    /// An `async fn`.
    Async,
    /// The function returns a future of the value: `impl Future`, or a boxed one such as `#[async_trait]` makes.
    Future { boxed: bool },
}

/// What yields the tokens.
pub(crate) struct Source<'a> {
    pub(crate) kind: SourceKind,
    pub(crate) owner: Owner,
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
    pub(crate) fn of(sig: &'a Signature) -> Self {
        let spelled = match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(plain(ty)),
        };
        let future = spelled.and_then(future_of);
        let (call, output) = match (sig.asyncness, future) {
            (Some(_), _) => (Call::Async, spelled),
            (None, Some((output, boxed))) => (Call::Future { boxed }, Some(output)),
            (None, None) => (Call::Sync, spelled),
        };
        Self {
            call,
            spelled,
            output,
        }
    }

    /// It returns `!`.
    pub(crate) fn never(&self) -> bool {
        matches!(self.output, Some(Type::Never(_)))
    }

    /// An `Err` may come back: the type is spelled `Result`, under whatever path.
    pub(crate) fn fallible(&self) -> bool {
        self.output.is_some_and(is_result)
    }

    /// The stream or iterator that comes back, if one is spelled out.
    pub(crate) fn source(&self) -> Option<Source<'a>> {
        let output = self.output?;
        let inner = if is_result(output) {
            first_argument(output)?
        } else {
            output
        };
        let (kind, owner, item) = source_of(inner)?;
        Some(Source {
            kind,
            owner,
            item,
            in_result: is_result(output),
        })
    }

    /// What is promised of the source beside its items, and does not hold of a measured one.
    pub(crate) fn unforwarded(&self) -> impl Iterator<Item = &'a Ident> {
        let source = self.output.filter(|_| self.source().is_some());
        let source = source.and_then(|output| match is_result(output) {
            true => first_argument(output),
            false => Some(output),
        });
        let bounds = source
            .into_iter()
            .flat_map(|source| bounds(owned(source).0));
        bounds
            .map(|bound| &bound.ident)
            .filter(|bound| UNFORWARDED.iter().any(|name| bound == name))
    }

    /// Something in the type that sounds like a source, where none can be seen through.
    pub(crate) fn unseen_source(&self) -> Option<&'a Ident> {
        let output = self.output.filter(|_| self.source().is_none())?;
        let mut found = SoundsLikeASource(None);
        found.visit_type(output);
        found.0
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

/// Finds the first name that streams, iterators and their kin go by.
struct SoundsLikeASource<'a>(Option<&'a Ident>);

impl<'a> Visit<'a> for SoundsLikeASource<'a> {
    fn visit_path_segment(&mut self, segment: &'a PathSegment) {
        let name = segment.ident.to_string();
        let ends = ["Stream", "Iterator", "Iter", "Receiver"];
        if self.0.is_none() && ends.iter().any(|end| name.ends_with(end)) {
            self.0 = Some(&segment.ident);
        }
        visit_path_segment(self, segment);
    }
}

impl Source<'_> {
    /// Its items are `Result`s, an `Err` being the end.
    pub(crate) fn fallible_items(&self) -> bool {
        self.item.is_some_and(is_result)
    }
}

/// The output of `impl Future<Output = T>`, `Pin<Box<dyn Future<Output = T>>>` or a `BoxFuture<'_, T>`, and whether it is boxed.
fn future_of(ty: &Type) -> Option<(&Type, bool)> {
    if let Some(output) = alias(ty, &["BoxFuture", "LocalBoxFuture"]) {
        return Some((output, true));
    }
    let (inner, owner) = owned(ty);
    let output = associated(
        bounds(inner).find(|bound| bound.ident == "Future")?,
        "Output",
    )?;
    match (inner, owner) {
        (Type::ImplTrait(_), Owner::Plain) => Some((output, false)),
        (Type::TraitObject(_), Owner::PinBox) => Some((output, true)),
        _ => None,
    }
}

fn source_of(ty: &Type) -> Option<(SourceKind, Owner, Option<&Type>)> {
    if let Some(item) = alias(ty, &["BoxStream", "LocalBoxStream"]) {
        return Some((SourceKind::Stream, Owner::PinBox, Some(item)));
    }
    let (inner, owner) = owned(ty);
    let (kind, bound) = bounds(inner).find_map(|bound| match bound.ident.to_string().as_str() {
        "Stream" => Some((SourceKind::Stream, bound)),
        "Iterator" => Some((SourceKind::Iterator, bound)),
        _ => None,
    })?;
    let unboxed_object = owner == Owner::Plain && matches!(inner, Type::TraitObject(_));
    (!unboxed_object).then(|| (kind, owner, associated(bound, "Item")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sig(text: &str) -> Signature {
        syn::parse_str(text).unwrap()
    }

    #[test]
    fn sources_are_seen_through_their_boxes_and_results() {
        use Owner::{Box, PinBox, Plain};
        use SourceKind::{Iterator, Stream};
        for (output, kind, owner, in_result, fallible_items) in [
            (
                "impl Stream<Item = u8> + Send + 'static",
                Stream,
                Plain,
                false,
                false,
            ),
            (
                "impl futures::Stream<Item = io::Result<u8>>",
                Stream,
                Plain,
                false,
                true,
            ),
            (
                "Pin<Box<dyn Stream<Item = u8> + Send>>",
                Stream,
                PinBox,
                false,
                false,
            ),
            (
                "std::pin::Pin<std::boxed::Box<(dyn Stream<Item = u8> + Send + '_)>>",
                Stream,
                PinBox,
                false,
                false,
            ),
            (
                "BoxStream<'static, Result<u8, E>>",
                Stream,
                PinBox,
                false,
                true,
            ),
            (
                "Result<LocalBoxStream<'_, u8>>",
                Stream,
                PinBox,
                true,
                false,
            ),
            ("impl Iterator<Item = u8>", Iterator, Plain, false, false),
            (
                "anyhow::Result<Box<dyn Iterator<Item = Result<u8, E>> + '_>>",
                Iterator,
                Box,
                true,
                true,
            ),
        ] {
            for qualifier in ["", "async "] {
                let sig = sig(&format!("{qualifier}fn f() -> {output}"));
                let source = Returned::of(&sig).source().expect(output);
                assert_eq!((source.kind, source.owner), (kind, owner), "{output}");
                assert_eq!(source.in_result, in_result, "{output}");
                assert_eq!(source.fallible_items(), fallible_items, "{output}");
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
            let sig = sig(&format!("fn f() -> {output}"));
            assert_eq!(Returned::of(&sig).unforwarded().count(), found, "{output}");
        }
    }

    #[test]
    fn values_are_no_sources() {
        for output in ["String", "Vec<u8>", "Result<String, E>", "()", "!"] {
            let sig = sig(&format!("fn f() -> {output}"));
            assert!(Returned::of(&sig).source().is_none(), "{output}");
            assert!(Returned::of(&sig).unseen_source().is_none(), "{output}");
        }
    }

    #[test]
    fn a_source_behind_a_name_of_its_own_is_noticed() {
        for output in [
            "ReceiverStream<u8>",
            "Result<mpsc::Receiver<u8>, E>",
            "impl TryStream<Ok = u8>",
            "std::vec::IntoIter<u8>",
            "Option<impl Stream<Item = u8>>",
            "(u64, BoxStream<'static, u8>)",
            "&mut dyn Iterator<Item = u8>",
        ] {
            let sig = sig(&format!("fn f() -> {output}"));
            assert!(Returned::of(&sig).unseen_source().is_some(), "{output}");
        }
    }

    #[test]
    fn functions_that_return_futures_are_asynchronous() {
        for (output, boxed) in [
            ("impl Future<Output = Result<u8, E>> + Send", false),
            (
                "Pin<Box<dyn core::future::Future<Output = Result<u8>> + Send + 'async_trait>>",
                true,
            ),
            ("BoxFuture<'_, io::Result<u8>>", true),
        ] {
            let sig = sig(&format!("fn f() -> {output}"));
            let returned = Returned::of(&sig);
            assert_eq!(returned.call, Call::Future { boxed }, "{output}");
            assert!(returned.fallible(), "{output}");
        }
    }

    #[test]
    fn only_what_is_spelled_result_is_fallible() {
        for (text, fallible) in [
            ("fn f() -> Result<u8, E>", true),
            ("fn f() -> std::io::Result<u8>", true),
            ("async fn f() -> anyhow::Result<()>", true),
            ("fn f() -> Option<Result<u8, E>>", false),
            ("fn f() -> ResultSet", false),
            ("fn f()", false),
        ] {
            assert_eq!(Returned::of(&sig(text)).fallible(), fallible, "{text}");
        }
    }
}
