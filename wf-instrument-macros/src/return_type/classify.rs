//! The content of a value, as far as the spelling of its type shows it; the compiler is asked about
//! the rest.

use syn::{Type, TypeArray, TypePath, TypeReference, TypeSlice};

use crate::return_type::syntax::{bounds, is_result, last_segment, plain, type_arguments};

/// The content of a value of some type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content {
    /// Nothing but what the question accepts.
    Known,
    /// The same within a `Result`, which lies so deep.
    Fallible(usize),
    /// Something that only the compiler knows.
    Unknown,
}

/// The depth to which an `Err` is looked for.
pub(crate) const DEPTH: usize = 3;

impl Content {
    /// Asks for plain data, such as text and numbers.
    pub(crate) fn data(ty: &Type) -> Self {
        Self::of(ty, &is_data)
    }

    /// Asks for a value in which no work goes on after the function has returned it.
    pub(crate) fn at_rest(ty: &Type) -> Self {
        Self::of(ty, &is_at_rest)
    }

    fn of(ty: &Type, is_known: &dyn Fn(&Type) -> bool) -> Self {
        let of = |ty| Self::of(plain(ty), is_known);
        match ty {
            _ if is_known(ty) => Self::Known,
            _ if is_result(ty) => match type_arguments(ty).next() {
                Some(ok) => of(ok).deeper(true),
                None => Self::Unknown,
            },
            Type::Tuple(tuple) => Self::all(tuple.elems.iter().map(of)),
            Type::Array(TypeArray { elem, .. })
            | Type::Slice(TypeSlice { elem, .. })
            | Type::Reference(TypeReference { elem, .. }) => Self::all([of(elem)]),
            _ if is_spelled(ty, &HOLDERS) => match type_arguments(ty).next() {
                Some(held) => of(held).deeper(false),
                None => Self::Unknown,
            },
            _ if is_spelled(ty, &COLLECTIONS) && type_arguments(ty).next().is_some() => {
                Self::all(type_arguments(ty).map(of))
            }
            _ => Self::Unknown,
        }
    }

    fn deeper(self, result: bool) -> Self {
        match self {
            Self::Known if result => Self::Fallible(1),
            Self::Fallible(depth) if depth < DEPTH => Self::Fallible(depth + 1),
            Self::Fallible(_) => Self::Unknown,
            known_or_not => known_or_not,
        }
    }

    /// Of several parts: an `Err` in one of them is not one of the whole.
    fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        match parts.into_iter().any(|part| part == Self::Unknown) {
            true => Self::Unknown,
            false => Self::Known,
        }
    }
}

/// Types that hold one value, or none.
pub(crate) const HOLDERS: [&str; 6] = ["Option", "Poll", "Box", "Rc", "Arc", "Cow"];

const COLLECTIONS: [&str; 7] = [
    "Vec",
    "VecDeque",
    "BTreeMap",
    "BTreeSet",
    "HashMap",
    "HashSet",
    "BinaryHeap",
];

const DATA: [&str; 26] = [
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

/// Traits by which a caller can neither wait for a value nor, but for an iterator, have items of
/// it.
const AT_REST: [&str; 33] = [
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

fn is_data(ty: &Type) -> bool {
    matches!(ty, Type::Never(_)) || is_spelled(ty, &DATA)
}

fn is_at_rest(ty: &Type) -> bool {
    match ty {
        // A shared reference is no future, whatever it refers to.
        Type::Reference(to) => to.mutability.is_none(),
        Type::ImplTrait(_) | Type::TraitObject(_) => {
            bounds(ty).all(|bound| AT_REST.iter().any(|name| bound.ident == name))
        }
        Type::BareFn(_) | Type::Ptr(_) => true,
        _ => is_data(ty),
    }
}

/// One of `names`, by itself or under a path of std's.
pub(crate) fn is_spelled(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(TypePath { qself: None, path }) = ty else {
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
    fn plain_data_is_what_std_builds_of_text_and_numbers() {
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
            assert_eq!(Content::data(&ty(text)), Content::Known, "{text}");
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
            assert_eq!(Content::data(&ty(text)), Content::Unknown, "{text}");
        }
    }

    #[test]
    fn an_err_is_known_as_deep_as_it_lies() {
        for (text, depth) in [
            ("Result<u8, Whatever>", 1),
            ("io::Result<Vec<u8>>", 1),
            ("Poll<Option<Result<u8, E>>>", 3),
            ("Result<Result<(), E>, JoinError>", 2),
        ] {
            assert_eq!(Content::data(&ty(text)), Content::Fallible(depth), "{text}");
        }
        for text in [
            "Result<Reply, E>",
            "Result",
            "Option<Option<Option<Result<u8, E>>>>",
            "PyResult<u8>",
        ] {
            assert_eq!(Content::data(&ty(text)), Content::Unknown, "{text}");
        }
        assert_eq!(Content::data(&ty("Vec<Result<u8, E>>")), Content::Known);
    }

    #[test]
    fn nothing_goes_on_in_closures_references_and_iterators() {
        for text in [
            "impl Fn(&str) -> usize + Send",
            "&Reply",
            "impl Iterator<Item = u8> + '_",
            "Option<Box<dyn Debug>>",
            "fn()",
        ] {
            assert_eq!(Content::at_rest(&ty(text)), Content::Known, "{text}");
        }
        for text in [
            "impl Future<Output = u8>",
            "impl Mine",
            "&mut Reply",
            "impl IntoFuture",
            "Option<impl Stream>",
        ] {
            assert_eq!(Content::at_rest(&ty(text)), Content::Unknown, "{text}");
        }
    }
}
