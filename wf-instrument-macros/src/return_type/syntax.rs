//! Types as they are spelled: paths, their arguments, boxes, and the bounds of `impl` and `dyn`.

use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, PathSegment, Type,
    TypeParamBound,
};

/// What holds a stream, an iterator or a future.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Owner {
    /// `impl Stream`.
    Plain,
    /// `Box<dyn Stream>`.
    Box,
    /// `Pin<Box<dyn Stream>>`.
    PinBox,
    /// A name for one of them, which only the compiler knows.
    Named,
}

/// The owner with which a value of `ty`, whose spelling does not show what it is, is made again
/// around what measures it.
pub(crate) fn owner(ty: &Type) -> Owner {
    match owned(ty) {
        (Type::ImplTrait(_) | Type::TraitObject(_), owner) => owner,
        _ => Owner::Named,
    }
}

pub(crate) fn is_result(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "Result")
}

/// Looks into `Box<T>` and `Pin<Box<T>>`.
pub(crate) fn owned(ty: &Type) -> (&Type, Owner) {
    let inside = |ty, name| {
        last_segment(ty)
            .filter(|s| s.ident == name)
            .and(first_argument(ty))
    };
    if let Some(boxed) = inside(ty, "Box") {
        return (boxed, Owner::Box);
    }
    match inside(ty, "Pin").and_then(|pinned| inside(pinned, "Box")) {
        Some(boxed) => (boxed, Owner::PinBox),
        None => (ty, Owner::Plain),
    }
}

/// The type argument of a type that is spelled with one of `names`.
pub(crate) fn alias<'a>(ty: &'a Type, names: &[&str]) -> Option<&'a Type> {
    let segment = last_segment(ty)?;
    names
        .iter()
        .any(|name| segment.ident == name)
        .then(|| first_argument(ty))?
}

/// The last segments of the traits in `impl A + B` or `dyn A + B`; of anything else, none.
pub(crate) fn bounds(ty: &Type) -> impl Iterator<Item = &PathSegment> {
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

/// The types among the arguments of `ty`.
pub(crate) fn type_arguments(ty: &Type) -> impl Iterator<Item = &Type> {
    let arguments = last_segment(ty).and_then(arguments);
    arguments
        .into_iter()
        .flat_map(|arguments| &arguments.args)
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(plain(ty)),
            _ => None,
        })
}

/// `T` of `Trait<name = T>`.
pub(crate) fn associated<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    arguments(segment)?
        .args
        .iter()
        .find_map(|argument| match argument {
            GenericArgument::AssocType(argument) if argument.ident == name => {
                Some(plain(&argument.ty))
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

/// `ty` without parentheses and without the invisible groups that `macro_rules` leaves.
pub(crate) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => plain(&group.elem),
        Type::Paren(paren) => plain(&paren.elem),
        _ => ty,
    }
}
