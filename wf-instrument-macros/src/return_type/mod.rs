//! The value that the caller receives, by the signature and the argument `returns`.
//!
//! A macro has types as they are spelled; it cannot resolve an alias.

pub(crate) mod classify;
pub(crate) mod syntax;

use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, ReturnType, Signature, Type};

use crate::return_type::classify::Classification;
use crate::return_type::syntax::{
    Wrapper, argument_of, associated_type, first_argument, is_result, trait_bounds, unboxed,
    without_parentheses, wrapper_of,
};

/// The value that the caller receives, and how it receives it.
pub(crate) struct Returned<'a> {
    pub(crate) call: CallKind,
    /// The type after the arrow; `None` is the unit.
    pub(crate) spelled: Option<&'a Type>,
    /// The value in the end: of an asynchronous function, after `.await`.
    pub(crate) output: Output<'a>,
    declared: Option<Declared>,
}

/// The argument `returns`, for a type whose spelling does not show what it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Declared {
    Future,
    Stream,
    Iterator,
    /// All work is done when the function returns the value, or when its future is ready.
    Value,
}

impl Parse for Declared {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "`returns` must be `future`, `stream`, `iterator` or `value`, \
                            as in `returns = stream`";
        let word: Ident = input
            .parse()
            .map_err(|error| Error::new(error.span(), FORM))?;
        match word.to_string().as_str() {
            "future" => Ok(Self::Future),
            "stream" => Ok(Self::Stream),
            "iterator" => Ok(Self::Iterator),
            "value" => Ok(Self::Value),
            _ => Err(Error::new(
                word.span(),
                format!("unknown kind `{word}`: {FORM}"),
            )),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CallKind {
    /// The function returns the value.
    Sync,
    /// An `async fn`.
    Async,
    /// The function returns a future of the value: `impl Future`, or a boxed one such as that of
    /// `#[async_trait]`.
    Future(Wrapper),
}

#[derive(Clone, Copy)]
pub(crate) enum Output<'a> {
    Unit,
    Explicit(&'a Type),
    /// The argument of an alias such as `BoxFuture<'_, T>`. Another alias of that name may stand
    /// for something else.
    Aliased(&'a Type),
    Unknown,
}

impl<'a> Output<'a> {
    /// Returns the type, as far as it is spelled.
    pub(crate) fn ty(self) -> Option<&'a Type> {
        match self {
            Self::Explicit(ty) | Self::Aliased(ty) => Some(ty),
            Self::Unit | Self::Unknown => None,
        }
    }

    /// Returns the classification of the type.
    pub(crate) fn classify(self, classify: fn(&Type) -> Classification) -> Classification {
        match self {
            Self::Unit => Classification::Known,
            Self::Explicit(ty) => classify(ty),
            Self::Aliased(_) | Self::Unknown => Classification::Unknown,
        }
    }
}

/// A returned stream or iterator.
pub(crate) struct ItemSource<'a> {
    pub(crate) spelled: &'a Type,
    pub(crate) kind: ItemSourceKind,
    pub(crate) wrapper: Wrapper,
    /// The type of the items, where the trait is spelled with it.
    pub(crate) item: Option<&'a Type>,
    /// True if it is the `Ok` of a `Result`.
    pub(crate) in_result: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ItemSourceKind {
    Stream,
    Iterator,
}

impl<'a> Returned<'a> {
    pub(crate) fn new(sig: &'a Signature, declared: Option<Declared>) -> Self {
        let spelled = match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(without_parentheses(ty)),
        };
        let output = spelled.map_or(Output::Unit, Output::Explicit);
        let (call, output) = match (sig.asyncness, spelled, spelled.and_then(as_future)) {
            (Some(_), ..) => (CallKind::Async, output),
            (None, _, Some((wrapper, output))) => (CallKind::Future(wrapper), output),
            (None, Some(ty), None) if declared == Some(Declared::Future) => {
                (CallKind::Future(wrapper_of(ty)), Output::Unknown)
            }
            (None, ..) => (CallKind::Sync, output),
        };
        Self {
            call,
            spelled,
            output,
            declared,
        }
    }

    /// Returns whether the type is `!`.
    pub(crate) fn is_never(&self) -> bool {
        matches!(self.output, Output::Explicit(Type::Never(_)))
    }

    /// Returns whether `returns = value` declares that all work is done.
    pub(crate) fn is_declared_value(&self) -> bool {
        self.declared == Some(Declared::Value)
    }

    /// Returns the stream or iterator, if one is spelled out or declared.
    pub(crate) fn item_source(&self) -> Option<ItemSource<'a>> {
        let declared = match self.declared {
            Some(Declared::Value) => return None,
            Some(Declared::Stream) => Some(ItemSourceKind::Stream),
            Some(Declared::Iterator) => Some(ItemSourceKind::Iterator),
            Some(Declared::Future) | None => None,
        };
        let (ty, in_result) = self.item_source_type()?;
        let source = as_item_source(ty).or_else(|| Some((declared?, wrapper_of(ty), None)));
        let (kind, wrapper, item) = source?;
        Some(ItemSource {
            spelled: ty,
            kind,
            wrapper,
            item,
            in_result,
        })
    }

    /// Returns the stream, if one is spelled out or declared.
    pub(crate) fn stream(&self) -> Option<ItemSource<'a>> {
        self.item_source()
            .filter(|source| source.kind == ItemSourceKind::Stream)
    }

    /// Returns the type that may be a stream or iterator, and whether it is in a `Result`.
    fn item_source_type(&self) -> Option<(&'a Type, bool)> {
        let output = self.output.ty()?;
        match is_result(output) {
            true => Some((first_argument(output)?, true)),
            false => Some((output, false)),
        }
    }

    /// Returns whether the spelling shows what `returns` declares.
    pub(crate) fn is_declared_redundantly(&self) -> bool {
        match self.declared {
            Some(Declared::Future) => {
                self.call == CallKind::Async || self.spelled.and_then(as_future).is_some()
            }
            Some(Declared::Stream | Declared::Iterator) => self
                .item_source_type()
                .is_some_and(|(ty, _)| as_item_source(ty).is_some()),
            Some(Declared::Value) | None => false,
        }
    }

    /// Returns the traits in the bounds of the source that a measured source does not implement.
    pub(crate) fn unforwarded_traits(&self) -> impl Iterator<Item = &'a Ident> {
        let source = self.item_source().and_then(|_| self.item_source_type());
        source
            .into_iter()
            .flat_map(|(ty, _)| trait_bounds(unboxed(ty).0))
            .map(|bound| &bound.ident)
            .filter(|bound| UNFORWARDED.iter().any(|name| bound == name))
    }
}

/// Traits of std and of futures that a measured source never implements.
///
/// An interval between tokens has no meaning from the back; a copy would be a second generation.
/// For other traits, such as those of the application, the compiler decides.
const UNFORWARDED: [&str; 5] = [
    "Clone",
    "Copy",
    "Debug",
    "DoubleEndedIterator",
    "FusedStream",
];

/// Reads `impl Future<Output = T>`, the same boxed, or `BoxFuture<'_, T>`.
fn as_future(ty: &Type) -> Option<(Wrapper, Output<'_>)> {
    if let Some(output) = argument_of(ty, &["BoxFuture", "LocalBoxFuture"]) {
        return Some((Wrapper::PinBox, Output::Aliased(output)));
    }
    let (inner, wrapper) = unboxed(ty);
    let bound = trait_bounds(inner).find(|bound| bound.ident == "Future")?;
    let output = associated_type(bound, "Output")?;
    is_sized(inner, wrapper).then_some((wrapper, Output::Explicit(output)))
}

/// Reads `impl Stream` or `impl Iterator`, the same boxed, or `BoxStream`, with the item's type.
fn as_item_source(ty: &Type) -> Option<(ItemSourceKind, Wrapper, Option<&Type>)> {
    if argument_of(ty, &["BoxStream", "LocalBoxStream"]).is_some() {
        return Some((ItemSourceKind::Stream, Wrapper::PinBox, None));
    }
    let (inner, wrapper) = unboxed(ty);
    let (kind, bound) =
        trait_bounds(inner).find_map(|bound| match bound.ident.to_string().as_str() {
            "Stream" | "TryStream" => Some((ItemSourceKind::Stream, bound)),
            "Iterator" => Some((ItemSourceKind::Iterator, bound)),
            _ => None,
        })?;
    is_sized(inner, wrapper).then(|| (kind, wrapper, associated_type(bound, "Item")))
}

/// Returns `false` for a trait object without a box.
fn is_sized(inner: &Type, wrapper: Wrapper) -> bool {
    wrapper != Wrapper::Unboxed || matches!(inner, Type::ImplTrait(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sig(text: &str) -> Signature {
        syn::parse_str(text).unwrap()
    }

    fn returned(text: &str) -> Returned<'static> {
        Returned::new(Box::leak(Box::new(sig(text))), None)
    }

    #[test]
    fn sources_are_found_in_boxes_and_results() {
        use ItemSourceKind::{Iterator, Stream};
        use Wrapper::{Box, PinBox, Unboxed};
        for (output, kind, wrapper, in_result, item) in [
            (
                "impl Stream<Item = u8> + Send + 'static",
                Stream,
                Unboxed,
                false,
                true,
            ),
            (
                "impl futures::Stream<Item = io::Result<u8>>",
                Stream,
                Unboxed,
                false,
                true,
            ),
            (
                "impl TryStream<Ok = u8, Error = E>",
                Stream,
                Unboxed,
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
            ("impl Iterator<Item = u8>", Iterator, Unboxed, false, true),
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
                let source = returned.item_source().expect(output);
                assert_eq!((source.kind, source.wrapper), (kind, wrapper), "{output}");
                assert_eq!(
                    (source.in_result, source.item.is_some()),
                    (in_result, item),
                    "{output}"
                );
            }
        }
    }

    #[test]
    fn traits_that_a_measured_source_lacks_are_found() {
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
            assert_eq!(returned.unforwarded_traits().count(), found, "{output}");
        }
    }

    #[test]
    fn values_are_not_sources() {
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
                returned(&format!("fn f() -> {output}"))
                    .item_source()
                    .is_none(),
                "{output}"
            );
        }
    }

    #[test]
    fn an_alias_is_what_returns_declares() {
        let sig = sig("fn f() -> Result<Self::Tokens, E>");
        let source = Returned::new(&sig, Some(Declared::Stream))
            .item_source()
            .unwrap();
        assert_eq!(
            (source.kind, source.wrapper),
            (ItemSourceKind::Stream, Wrapper::Aliased)
        );
        assert!(source.in_result);
        let sig = self::sig("fn f() -> impl Mine");
        let returned = Returned::new(&sig, Some(Declared::Future));
        assert_eq!(returned.call, CallKind::Future(Wrapper::Unboxed));
        let sig = self::sig("fn f() -> impl Stream<Item = u8>");
        assert!(
            Returned::new(&sig, Some(Declared::Value))
                .item_source()
                .is_none()
        );
    }

    #[test]
    fn a_declaration_of_a_spelled_out_type_is_redundant() {
        for (text, declared, redundant) in [
            ("async fn f() -> Alias", Declared::Future, true),
            ("fn f() -> BoxFuture<'_, u8>", Declared::Future, true),
            ("fn f() -> Alias", Declared::Future, false),
            (
                "fn f() -> Result<BoxStream<'_, u8>, E>",
                Declared::Stream,
                true,
            ),
            ("async fn f() -> Alias", Declared::Stream, false),
            ("fn f() -> String", Declared::Value, false),
        ] {
            let sig = sig(text);
            assert_eq!(
                Returned::new(&sig, Some(declared)).is_declared_redundantly(),
                redundant,
                "{text}"
            );
        }
    }

    #[test]
    fn functions_that_return_futures_are_asynchronous() {
        for (output, wrapper) in [
            (
                "impl Future<Output = Result<u8, E>> + Send",
                Wrapper::Unboxed,
            ),
            (
                "Pin<Box<dyn core::future::Future<Output = Result<u8>> + Send + 'async_trait>>",
                Wrapper::PinBox,
            ),
            ("Pin<Box<impl Future<Output = u8>>>", Wrapper::PinBox),
            ("Box<dyn Future<Output = u8> + Unpin>", Wrapper::Box),
            ("BoxFuture<'_, io::Result<u8>>", Wrapper::PinBox),
        ] {
            let returned = returned(&format!("fn f() -> {output}"));
            assert_eq!(returned.call, CallKind::Future(wrapper), "{output}");
        }
    }

    #[test]
    fn the_output_of_an_alias_is_unknown() {
        let returned = returned("fn f() -> BoxFuture<'_, u8>");
        assert_eq!(
            returned.output.classify(Classification::plain_data),
            Classification::Unknown
        );
    }
}
