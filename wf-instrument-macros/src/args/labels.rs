//! `labels(device = self.device.name(), ..)`: what else tells one event of a series from another.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Error, Ident, Result, Token, parenthesized, token};

use crate::args::expression::Code;
use crate::diagnostics::Mistakes;

/// A label's name, and an expression for its value.
pub(crate) struct Label {
    pub(crate) name: Ident,
    pub(crate) value: Code,
}

/// The reason why a label cannot have this name.
pub(crate) type Rule = fn(&str) -> Option<&'static str>;

/// Reads what stands behind `labels`; notes every mistake, and every name that `rule` refuses.
///
/// # Errors
///
/// Where what stands there is no list of labels; after it, nothing can be said of the rest.
pub(crate) fn labels(
    at: Span,
    input: ParseStream<'_>,
    rule: Rule,
    mistakes: &mut Mistakes,
) -> Result<Vec<Label>> {
    if !input.peek(token::Paren) {
        return Err(Error::new(
            at,
            format!("labels stand between parentheses: `{FORM}`"),
        ));
    }
    let within;
    parenthesized!(within in input);
    if within.is_empty() {
        return Err(Error::new(
            at,
            format!("there is no label: write `{FORM}`, or nothing"),
        ));
    }
    let mut labels: Vec<Label> = Vec::new();
    while !within.is_empty() {
        let label = label(&within)?;
        check(&label.name, &labels, rule, mistakes);
        labels.push(label);
        if !within.is_empty() {
            within.parse::<Token![,]>()?;
        }
    }
    Ok(labels)
}

const FORM: &str = "labels(device = self.device.name())";

fn label(input: ParseStream<'_>) -> Result<Label> {
    let form = |at: Span| Error::new(at, format!("a label has a name and a value: `{FORM}`"));
    let name = input
        .call(Ident::parse_any)
        .map_err(|mistake| form(mistake.span()))?;
    let assigned = input.parse::<Token![=]>().is_ok();
    if !assigned || input.is_empty() || input.peek(Token![,]) {
        return Err(form(name.span()));
    }
    let value = input.parse()?;
    Ok(Label { name, value })
}

fn check(name: &Ident, before: &[Label], rule: Rule, mistakes: &mut Mistakes) {
    let text = name.unraw().to_string();
    if before.iter().any(|other| other.name.unraw() == text) {
        mistakes.at(
            name.span(),
            format!("the label `{text}` is given twice; keep one"),
        );
    }
    if let Some(why) = rule(&text) {
        mistakes.at(
            name.span(),
            format!("no label can be named `{text}`: {why}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse::Parser as _;

    use super::*;
    use crate::names::site_label_mistake;

    fn mistakes_of(tokens: proc_macro2::TokenStream) -> usize {
        let mut mistakes = Mistakes::default();
        let read = |input: ParseStream<'_>| {
            labels(Span::call_site(), input, site_label_mistake, &mut mistakes)
        };
        let refused = read.parse2(tokens).is_err();
        mistakes.messages().len() + usize::from(refused)
    }

    #[test]
    fn names_that_could_not_be_exported_are_found() {
        for (tokens, mistakes) in [
            (quote!((device = d, kind = k.name(),)), 0),
            (quote!((r#type = t)), 0),
            (quote!((le = d, model_name = d, __x = d, job = d)), 4),
            (quote!((a = x, a = y)), 1),
            (quote!((größe = x)), 1),
        ] {
            assert_eq!(mistakes_of(tokens.clone()), mistakes, "{tokens}");
        }
    }
}
