//! Types as they are spelled: paths and arguments, boxes, and the bounds of `impl` and `dyn`.

use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, PathSegment, Type,
    TypeParamBound,
};

/// The form in which a stream, an iterator or a future is returned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wrapper {
    /// `impl Stream`.
    Unboxed,
    /// `Box<dyn Stream>`.
    Box,
    /// `Pin<Box<dyn Stream>>`.
    PinBox,
    /// An alias of one of them, which only the compiler can resolve.
    Aliased,
}

/// Returns the wrapper of a stream, an iterator or a future behind a type that does not show it.
pub(crate) fn wrapper_of(ty: &Type) -> Wrapper {
    match unboxed(ty) {
        (Type::ImplTrait(_) | Type::TraitObject(_), wrapper) => wrapper,
        _ => Wrapper::Aliased,
    }
}

pub(crate) fn is_result(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "Result")
}

/// Returns `T` of `Box<T>` and of `Pin<Box<T>>`; any other type itself.
pub(crate) fn unboxed(ty: &Type) -> (&Type, Wrapper) {
    let inside = |ty, name| {
        last_segment(ty)
            .filter(|s| s.ident == name)
            .and(first_argument(ty))
    };
    if let Some(boxed) = inside(ty, "Box") {
        return (boxed, Wrapper::Box);
    }
    match inside(ty, "Pin").and_then(|pinned| inside(pinned, "Box")) {
        Some(boxed) => (boxed, Wrapper::PinBox),
        None => (ty, Wrapper::Unboxed),
    }
}

/// Returns the first type argument of a type whose name is one of `names`.
pub(crate) fn argument_of<'a>(ty: &'a Type, names: &[&str]) -> Option<&'a Type> {
    let segment = last_segment(ty)?;
    names
        .iter()
        .any(|name| segment.ident == name)
        .then(|| first_argument(ty))?
}

/// Returns the last path segment of each trait in `impl A + B` or `dyn A + B`.
pub(crate) fn trait_bounds(ty: &Type) -> impl Iterator<Item = &PathSegment> {
    let bounds = match ty {
        Type::ImplTrait(ty) => Some(&ty.bounds),
        Type::TraitObject(ty) => Some(&ty.bounds),
        _ => None,
    };
    bounds
        .into_iter()
        .flatten()
        .filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last(),
            _ => None,
        })
}

pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(ty) => ty.path.segments.last(),
        _ => None,
    }
}

pub(crate) fn first_argument(ty: &Type) -> Option<&Type> {
    type_arguments(ty).next()
}

/// Returns the types among the arguments of `ty`.
pub(crate) fn type_arguments(ty: &Type) -> impl Iterator<Item = &Type> {
    let arguments = last_segment(ty).and_then(arguments);
    arguments
        .into_iter()
        .flat_map(|arguments| &arguments.args)
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(without_parentheses(ty)),
            _ => None,
        })
}

/// Returns `T` of `Trait<name = T>`.
pub(crate) fn associated_type<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    arguments(segment)?
        .args
        .iter()
        .find_map(|argument| match argument {
            GenericArgument::AssocType(argument) if argument.ident == name => {
                Some(without_parentheses(&argument.ty))
            }
            _ => None,
        })
}

fn arguments(segment: &PathSegment) -> Option<&AngleBracketedGenericArguments> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(arguments),
        _ => None,
    }
}

/// Returns `ty` without parentheses and none-delimited groups around it.
pub(crate) fn without_parentheses(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => without_parentheses(&group.elem),
        Type::Paren(paren) => without_parentheses(&paren.elem),
        _ => ty,
    }
}
