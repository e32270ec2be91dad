//! The argument `labels(device = self.device.name(), ..)`.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Error, Ident, Result, Token, parenthesized, token};

use crate::args::expression::Expression;
use crate::diagnostics::Diagnostics;

/// The name of a label, and an expression for its value.
pub(crate) struct Label {
    pub(crate) name: Ident,
    pub(crate) value: Expression,
}

/// Returns why a label cannot have this name.
pub(crate) type NameRule = fn(&str) -> Option<&'static str>;

/// Parses the list behind `labels`; records every name that `rule` refuses.
///
/// # Errors
///
/// If the tokens are not a list of labels.
pub(crate) fn parse_labels(
    key: Span,
    input: ParseStream<'_>,
    rule: NameRule,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Label>> {
    if !input.peek(token::Paren) {
        return Err(Error::new(
            key,
            format!("`labels` needs parentheses, as in `{FORM}`"),
        ));
    }
    let within;
    parenthesized!(within in input);
    if within.is_empty() {
        return Err(Error::new(
            key,
            format!("`labels` is empty: add a label, as in `{FORM}`, or remove it"),
        ));
    }
    let mut labels: Vec<Label> = Vec::new();
    while !within.is_empty() {
        let label = parse_label(&within)?;
        check_name(&label.name, &labels, rule, diagnostics);
        labels.push(label);
        if !within.is_empty() {
            within.parse::<Token![,]>()?;
        }
    }
    Ok(labels)
}

const FORM: &str = "labels(device = self.device.name())";

fn parse_label(input: ParseStream<'_>) -> Result<Label> {
    let form = |span: Span| {
        Error::new(
            span,
            format!("a label needs a name and a value, as in `{FORM}`"),
        )
    };
    let name = input
        .call(Ident::parse_any)
        .map_err(|error| form(error.span()))?;
    let assigned = input.parse::<Token![=]>().is_ok();
    if !assigned || input.is_empty() || input.peek(Token![,]) {
        return Err(form(name.span()));
    }
    let value = input.parse()?;
    Ok(Label { name, value })
}

fn check_name(name: &Ident, before: &[Label], rule: NameRule, diagnostics: &mut Diagnostics) {
    let text = name.unraw().to_string();
    if before.iter().any(|other| other.name.unraw() == text) {
        diagnostics.error(
            name.span(),
            format!("the label `{text}` is given twice; keep one"),
        );
    }
    if let Some(why) = rule(&text) {
        diagnostics.error(name.span(), format!("invalid label name `{text}`: {why}"));
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse::Parser as _;

    use super::*;
    use crate::names::site_label_name_error;

    fn errors_in(tokens: proc_macro2::TokenStream) -> usize {
        let mut diagnostics = Diagnostics::default();
        let parse = |input: ParseStream<'_>| {
            parse_labels(
                Span::call_site(),
                input,
                site_label_name_error,
                &mut diagnostics,
            )
        };
        let refused = parse.parse2(tokens).is_err();
        diagnostics.messages().len() + usize::from(refused)
    }

    #[test]
    fn names_that_cannot_be_exported_are_refused() {
        for (tokens, diagnostics) in [
            (quote!((device = d, kind = k.name(),)), 0),
            (quote!((r#type = t)), 0),
            (quote!((le = d, model_name = d, __x = d, job = d)), 4),
            (quote!((a = x, a = y)), 1),
            (quote!((größe = x)), 1),
        ] {
            assert_eq!(errors_in(tokens.clone()), diagnostics, "{tokens}");
        }
    }
}
