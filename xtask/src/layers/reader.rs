//! From the syntax of a file to its scopes and mentions.

use std::path::{Path, PathBuf};

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemExternCrate, ItemMacro, ItemMod, ItemUse, UseTree};

use super::source::{Child, Mention, Place, Segments, Source};
use super::{attributes, tokens};

/// Reads one file as one module; returns the modules that it declares in files of their own.
pub(super) fn read(
    source: &mut Source,
    module: &[String],
    file: &Path,
    parsed: &syn::File,
) -> Vec<Child> {
    let folder = folder_of_children(module, file);
    let mut reader = Reader {
        source,
        file,
        module: Vec::new(),
        folder,
        children: Vec::new(),
    };
    reader.module = module.to_vec();
    reader.source.scope(module);
    reader.visit_file(parsed);
    reader.children
}

struct Reader<'a> {
    source: &'a mut Source,
    file: &'a Path,
    module: Segments,
    folder: PathBuf,
    children: Vec<Child>,
}

impl Reader<'_> {
    fn place(&self, span: Span) -> Place {
        Place {
            file: self.file.to_owned(),
            line: span.start().line,
        }
    }

    fn mention(&mut self, path: Segments, span: Span) {
        let place = self.place(span);
        self.source.mentions.push(Mention {
            module: self.module.clone(),
            path,
            place,
        });
    }

    /// A name that a `use` brings into the module.
    fn import(&mut self, name: String, path: Segments, span: Span) {
        self.source
            .scope(&self.module)
            .imported
            .insert(name, path.clone());
        self.mention(path, span);
    }

    fn inline_module(&mut self, name: String, items: &[Item]) {
        self.folder.push(&name);
        self.module.push(name);
        self.source.scope(&self.module);
        items.iter().for_each(|item| self.visit_item(item));
        self.module.pop();
        self.folder.pop();
    }

    fn module_in_a_file(&mut self, name: String, attributes: &[Attribute]) {
        let candidates = match attributes::path(attributes) {
            Some(path) => vec![self.file.with_file_name(path)],
            None => ["", "/mod"]
                .map(|end| self.folder.join(format!("{name}{end}.rs")))
                .to_vec(),
        };
        self.children.push(Child {
            module: [&self.module[..], &[name]].concat(),
            candidates,
        });
    }

    fn use_tree(&mut self, prefix: &[String], tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.use_tree(&under(prefix, &path.ident), &path.tree),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.use_tree(prefix, tree)),
            UseTree::Glob(glob) => self.mention(prefix.to_vec(), glob.star_token.spans[0]),
            UseTree::Rename(leaf) => {
                self.import(
                    leaf.rename.to_string(),
                    under(prefix, &leaf.ident),
                    leaf.ident.span(),
                );
            }
            UseTree::Name(leaf) => {
                let path = under(prefix, &leaf.ident);
                self.import(
                    path.last().cloned().unwrap_or_default(),
                    path,
                    leaf.ident.span(),
                );
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes::only_in_tests(attributes::of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !attributes::only_in_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        let place = self.place(item.ident.span());
        self.source
            .scope(&self.module)
            .children
            .insert(name.clone(), place);
        match &item.content {
            Some((_, items)) => self.inline_module(name, items),
            None => self.module_in_a_file(name, &item.attrs),
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let prefix: &[String] = if item.leading_colon.is_some() {
            &[String::new()]
        } else {
            &[]
        };
        self.use_tree(prefix, &item.tree);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        let name = item
            .rename
            .as_ref()
            .map_or(&item.ident, |(_, rename)| rename)
            .to_string();
        let path = match item.ident.to_string() {
            this if this == "self" => vec!["crate".to_owned()],
            other => vec![String::new(), other],
        };
        self.import(name, path, item.ident.span());
    }

    /// An exported macro is named from the root, wherever it is written.
    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if let Some(name) = item
            .ident
            .as_ref()
            .filter(|_| attributes::has(&item.attrs, "macro_export"))
        {
            let path = [&["crate".to_owned()], &self.module[..], &[name.to_string()]].concat();
            self.source
                .scope(&[])
                .imported
                .insert(name.to_string(), path);
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        visit::visit_macro(self, item);
        for (path, span) in tokens::paths(item.tokens.clone()) {
            self.mention(path, span);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let leading = path.leading_colon.map(|_| String::new());
        let segments = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let segments: Segments = leading.into_iter().chain(segments).collect();
        // A single name is an item at hand or one that a `use` brought: that `use` is a mention.
        if let ([_, _, ..], Some(first)) = (&segments[..], path.segments.first()) {
            self.mention(segments, first.ident.span());
        }
        visit::visit_path(self, path);
    }

    // `pub(in crate::a)` lets others in; it imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// `a::{self}` is `a`.
fn under(prefix: &[String], name: &syn::Ident) -> Segments {
    if name == "self" && !prefix.is_empty() {
        prefix.to_vec()
    } else {
        [prefix, &[name.to_string()]].concat()
    }
}

/// `a.rs` has its children in `a/`; `mod.rs`, the root and what `#[path]` names, beside it.
fn folder_of_children(module: &[String], file: &Path) -> PathBuf {
    let named_after_module = module
        .last()
        .is_some_and(|name| file.file_stem() == Some(name.as_ref()));
    if named_after_module {
        file.with_extension("")
    } else {
        file.with_file_name("")
    }
}
