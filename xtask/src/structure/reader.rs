//! Reads the modules of a crate: the items that they define, their imports and the paths they use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::mem::{replace, take};
use std::path::{Path, PathBuf};
use std::slice::from_ref;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, ImplItemFn, Item, ItemMod, ItemUse, Lit, UseTree};

/// A path of modules or names.
pub(super) type Segments = Vec<String>;

/// The modules of a crate, without those of tests. The root has the empty path.
#[derive(Default)]
pub(super) struct Crate {
    pub(super) modules: BTreeMap<Segments, Module>,
    pub(super) mentions: Vec<Mention>,
}

#[derive(Default)]
pub(super) struct Module {
    pub(super) file: PathBuf,
    /// Items and child modules defined here.
    pub(super) items: BTreeSet<String>,
    /// Name here and path of each import.
    pub(super) imports: BTreeMap<String, Segments>,
    pub(super) globs: Vec<Segments>,
}

/// A path that a module uses. An empty first segment stands for a leading `::`.
pub(super) struct Mention {
    pub(super) module: Segments,
    pub(super) path: Segments,
}

impl Crate {
    /// Reads the crate whose root is `file`.
    ///
    /// # Errors
    /// When a module has no file, or a file does not parse.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let mut source = Self::default();
        let mut pending = vec![(Segments::new(), vec![file.to_owned()])];
        while let Some((module, candidates)) = pending.pop() {
            let file = candidates
                .iter()
                .find(|file| file.is_file())
                .ok_or_else(|| format!("none of {candidates:?} is a file"))?;
            let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
            pending.extend(source.add(module, file, &text)?);
        }
        Ok(source)
    }

    /// Reads one file. Returns the modules that it declares in other files, with the places in
    /// which to look for these.
    ///
    /// # Errors
    /// When the file does not parse.
    pub(super) fn add(
        &mut self,
        mut module: Segments,
        file: &Path,
        text: &str,
    ) -> Result<Vec<(Segments, Vec<PathBuf>)>, String> {
        let parsed = syn::parse_file(text).map_err(|error| {
            format!("{}:{}: {error}", file.display(), error.span().start().line)
        })?;
        let is_own = module
            .last()
            .is_some_and(|name| file.file_stem() == Some(name.as_ref()));
        let folder = if is_own {
            file.with_extension("")
        } else {
            file.with_file_name("")
        };
        // Of two modules of one name, of which a build has one, the first is found by paths.
        while self.modules.contains_key(&module) {
            module.last_mut().ok_or("two roots")?.push('\'');
        }
        let mut reader = Reader {
            source: self,
            file,
            module,
            folder,
            children: Vec::new(),
        };
        reader.scope();
        reader.visit_file(&parsed);
        Ok(reader.children)
    }
}

struct Reader<'a> {
    source: &'a mut Crate,
    file: &'a Path,
    module: Segments,
    /// The folder of child modules.
    folder: PathBuf,
    children: Vec<(Segments, Vec<PathBuf>)>,
}

impl Reader<'_> {
    fn scope(&mut self) -> &mut Module {
        let scope = self.source.modules.entry(self.module.clone());
        let file = self.file.to_owned();
        scope.or_insert_with(|| Module {
            file,
            ..Module::default()
        })
    }

    fn mention(&mut self, path: Segments) {
        if !path.is_empty() {
            let module = self.module.clone();
            self.source.mentions.push(Mention { module, path });
        }
    }

    fn import(&mut self, prefix: &[String], tree: &UseTree) {
        let under = |name: &syn::Ident| match prefix {
            [_, ..] if name == "self" => prefix.to_vec(),
            _ => [prefix, &[name.to_string()]].concat(),
        };
        match tree {
            UseTree::Path(path) => self.import(&under(&path.ident), &path.tree),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.import(prefix, tree)),
            UseTree::Glob(_) => self.scope().globs.push(prefix.to_vec()),
            UseTree::Rename(leaf) => {
                let path = under(&leaf.ident);
                self.scope().imports.insert(leaf.rename.to_string(), path);
            }
            UseTree::Name(leaf) => {
                let path = under(&leaf.ident);
                let name = path.last().cloned().unwrap_or_default();
                self.scope().imports.insert(name, path);
            }
        }
    }

    /// Makes a macro of this module one of the root, from which `crate::name!` takes it.
    fn export(&mut self, name: String) {
        let path = [&["crate".to_owned()], &self.module[..], from_ref(&name)].concat();
        let root = self.source.modules.entry(Segments::new()).or_default();
        root.imports.insert(name, path);
    }

    /// Mentions every path in the tokens of a macro, whose grammar only the macro knows.
    fn tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Segments::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) if colons == 2 => path.push(ident.to_string()),
                TokenTree::Ident(ident) => {
                    self.mention(replace(&mut path, vec![ident.to_string()]))
                }
                TokenTree::Group(group) => {
                    self.mention(take(&mut path));
                    self.tokens(group.stream());
                }
                _ => self.mention(take(&mut path)),
            }
            colons = 0;
        }
        self.mention(path);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (name, attributes) = head(item);
        if !only_in_tests(attributes) {
            self.scope().items.extend(name.map(syn::Ident::to_string));
            if let Some(name) = name
                && attributes
                    .iter()
                    .any(|it| it.path().is_ident("macro_export"))
            {
                self.export(name.to_string());
            }
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !only_in_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        self.module.push(name.clone());
        if let Some((_, items)) = &item.content {
            self.folder.push(&name);
            self.scope();
            items.iter().for_each(|item| self.visit_item(item));
            self.folder.pop();
        } else {
            let candidates = match path_attribute(&item.attrs) {
                Some(path) => vec![self.file.with_file_name(path)],
                None => ["", "/mod"]
                    .map(|end| self.folder.join(format!("{name}{end}.rs")))
                    .to_vec(),
            };
            self.children.push((self.module.clone(), candidates));
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let prefix = item.leading_colon.map(|_| String::new());
        self.import(prefix.as_slice(), &item.tree);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        visit::visit_macro(self, item);
        self.tokens(item.tokens.clone());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let leading = path.leading_colon.map(|_| String::new());
        let segments = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let path_names = leading.into_iter().chain(segments).collect();
        self.mention(path_names);
        visit::visit_path(self, path);
    }

    // `pub(in crate::a)` uses nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// The name that an item defines, and its attributes.
fn head(item: &Item) -> (Option<&syn::Ident>, &[Attribute]) {
    match item {
        Item::Const(item) => (Some(&item.ident), &item.attrs),
        Item::Enum(item) => (Some(&item.ident), &item.attrs),
        Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
        Item::Impl(item) => (None, &item.attrs),
        Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
        Item::Mod(item) => (Some(&item.ident), &item.attrs),
        Item::Static(item) => (Some(&item.ident), &item.attrs),
        Item::Struct(item) => (Some(&item.ident), &item.attrs),
        Item::Trait(item) => (Some(&item.ident), &item.attrs),
        Item::Type(item) => (Some(&item.ident), &item.attrs),
        Item::Union(item) => (Some(&item.ident), &item.attrs),
        Item::Use(item) => (None, &item.attrs),
        _ => (None, &[]),
    }
}

/// Returns true for an item of test builds only.
fn only_in_tests(attributes: &[Attribute]) -> bool {
    let conditions = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    let mut conditions =
        conditions.filter_map(|cfg| Some(cfg.meta.require_list().ok()?.tokens.to_string()));
    // `all(test, …)` is how the workspace writes it.
    conditions.any(|condition| condition == "test" || condition.starts_with("all (test"))
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes
        .iter()
        .find(|attribute| attribute.path().is_ident("path"))?;
    match &attribute.meta.require_name_value().ok()?.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(path),
            ..
        }) => Some(path.value()),
        _ => None,
    }
}
