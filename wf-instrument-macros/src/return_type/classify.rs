//! Properties of a value that the spelling of its type shows.
//!
//! Where the spelling does not show them, the expansion leaves the question to the compiler.

use syn::{Type, TypeArray, TypePath, TypeReference, TypeSlice};

use crate::return_type::syntax::{
    is_result, last_segment, trait_bounds, type_arguments, without_parentheses,
};

/// The result of a question about a type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Classification {
    /// Every value has the property.
    Known,
    /// Every value has the property, and is a `Result` or contains one at this depth.
    Fallible(usize),
    /// Only the compiler can decide it.
    Unknown,
}

/// Maximum depth at which an `Err` is found.
pub(crate) const MAX_ERR_DEPTH: usize = 3;

impl Classification {
    /// Classifies plain data: text, numbers and their compositions in std.
    pub(crate) fn plain_data(ty: &Type) -> Self {
        Self::of(ty, &is_plain_data)
    }

    /// Classifies finished values: no work continues in them after the function returns.
    pub(crate) fn finished(ty: &Type) -> Self {
        Self::of(ty, &is_finished)
    }

    fn of(ty: &Type, has_property: &dyn Fn(&Type) -> bool) -> Self {
        let of = |ty| Self::of(without_parentheses(ty), has_property);
        match ty {
            _ if has_property(ty) => Self::Known,
            _ if is_result(ty) => match type_arguments(ty).next() {
                Some(ok) => of(ok).nested(true),
                None => Self::Unknown,
            },
            Type::Tuple(tuple) => Self::all(tuple.elems.iter().map(of)),
            Type::Array(TypeArray { elem, .. })
            | Type::Slice(TypeSlice { elem, .. })
            | Type::Reference(TypeReference { elem, .. }) => Self::all([of(elem)]),
            _ if is_std_type(ty, &SINGLE_VALUE_TYPES) => match type_arguments(ty).next() {
                Some(inner) => of(inner).nested(false),
                None => Self::Unknown,
            },
            _ if is_std_type(ty, &COLLECTIONS) && type_arguments(ty).next().is_some() => {
                Self::all(type_arguments(ty).map(of))
            }
            _ => Self::Unknown,
        }
    }

    fn nested(self, in_result: bool) -> Self {
        match self {
            Self::Known if in_result => Self::Fallible(1),
            Self::Fallible(depth) if depth < MAX_ERR_DEPTH => Self::Fallible(depth + 1),
            Self::Fallible(_) => Self::Unknown,
            other => other,
        }
    }

    /// Combines the parts of a value: an `Err` in a part is not an `Err` of the whole.
    fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        match parts.into_iter().any(|part| part == Self::Unknown) {
            true => Self::Unknown,
            false => Self::Known,
        }
    }
}

/// Types that contain at most one value.
pub(crate) const SINGLE_VALUE_TYPES: [&str; 6] = ["Option", "Poll", "Box", "Rc", "Arc", "Cow"];

const COLLECTIONS: [&str; 7] = [
    "Vec",
    "VecDeque",
    "BTreeMap",
    "BTreeSet",
    "HashMap",
    "HashSet",
    "BinaryHeap",
];

const PLAIN_DATA: [&str; 26] = [
    "bool",
    "char",
    "str",
    "String",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "OsStr",
    "OsString",
    "Path",
    "PathBuf",
    "Duration",
    "Instant",
    "SystemTime",
    "ExitCode",
];

/// Traits through which no work continues after the return; an iterator's work is its caller's.
const FINISHED_TRAITS: [&str; 33] = [
    "Fn",
    "FnMut",
    "FnOnce",
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "FusedIterator",
    "Any",
    "AsMut",
    "AsRef",
    "Borrow",
    "BufRead",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Eq",
    "Error",
    "Hash",
    "Into",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Read",
    "Seek",
    "Send",
    "Sized",
    "Sync",
    "ToString",
    "Unpin",
    "Write",
];

fn is_plain_data(ty: &Type) -> bool {
    matches!(ty, Type::Never(_)) || is_std_type(ty, &PLAIN_DATA)
}

fn is_finished(ty: &Type) -> bool {
    match ty {
        // A shared reference is never a future.
        Type::Reference(to) => to.mutability.is_none(),
        Type::ImplTrait(_) | Type::TraitObject(_) => {
            trait_bounds(ty).all(|bound| FINISHED_TRAITS.iter().any(|name| bound.ident == name))
        }
        Type::FnPtr(_) | Type::Ptr(_) => true,
        _ => is_plain_data(ty),
    }
}

/// Returns whether `ty` is one of `names`, alone or with a path into std.
pub(crate) fn is_std_type(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(TypePath {
        qself: None, path, ..
    }) = ty
    else {
        return false;
    };
    let std = ["std", "core", "alloc"];
    let first = path.segments.first();
    let of_std = first.is_some_and(|first| std.iter().any(|name| first.ident == name));
    (path.segments.len() == 1 || of_std)
        && last_segment(ty).is_some_and(|last| names.iter().any(|name| last.ident == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> Type {
        syn::parse_str(text).unwrap()
    }

    #[test]
    fn plain_data_is_text_numbers_and_their_compositions() {
        for text in [
            "u8",
            "()",
            "!",
            "&'a str",
            "Vec<String>",
            "(u8, Option<std::string::String>)",
            "[[f32; 3]; 2]",
            "&mut [u32]",
            "HashMap<String, Vec<u8>>",
            "Box<str>",
            "Arc<[u8]>",
        ] {
            assert_eq!(
                Classification::plain_data(&ty(text)),
                Classification::Known,
                "{text}"
            );
        }
        for text in [
            "Reply",
            "Self",
            "T",
            "Self::Future",
            "<A as B>::C",
            "my::String",
            "Vec<T>",
            "Vec",
            "impl Fn()",
            "&Reply",
            "JoinHandle<u8>",
            "Option<impl Stream>",
            "(u8, Sse<u8>)",
            "Box<dyn Fn() -> u8>",
            "BoxFuture<'_, u8>",
            "fn()",
        ] {
            assert_eq!(
                Classification::plain_data(&ty(text)),
                Classification::Unknown,
                "{text}"
            );
        }
    }

    #[test]
    fn the_depth_of_an_err_is_known() {
        for (text, depth) in [
            ("Result<u8, Whatever>", 1),
            ("io::Result<Vec<u8>>", 1),
            ("Poll<Option<Result<u8, E>>>", 3),
            ("Result<Result<(), E>, JoinError>", 2),
        ] {
            assert_eq!(
                Classification::plain_data(&ty(text)),
                Classification::Fallible(depth),
                "{text}"
            );
        }
        for text in [
            "Result<Reply, E>",
            "Result",
            "Option<Option<Option<Result<u8, E>>>>",
            "PyResult<u8>",
        ] {
            assert_eq!(
                Classification::plain_data(&ty(text)),
                Classification::Unknown,
                "{text}"
            );
        }
        assert_eq!(
            Classification::plain_data(&ty("Vec<Result<u8, E>>")),
            Classification::Known
        );
    }

    #[test]
    fn closures_references_and_iterators_are_finished() {
        for text in [
            "impl Fn(&str) -> usize + Send",
            "&Reply",
            "impl Iterator<Item = u8> + '_",
            "Option<Box<dyn Debug>>",
            "fn()",
        ] {
            assert_eq!(
                Classification::finished(&ty(text)),
                Classification::Known,
                "{text}"
            );
        }
        for text in [
            "impl Future<Output = u8>",
            "impl Mine",
            "&mut Reply",
            "impl IntoFuture",
            "Option<impl Stream>",
        ] {
            assert_eq!(
                Classification::finished(&ty(text)),
                Classification::Unknown,
                "{text}"
            );
        }
    }
}
