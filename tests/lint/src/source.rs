// SPDX-License-Identifier: GPL-2.0

//! Functions, calls and field types of a source file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::sleepers;

/// The types by which a function tells its context, see `src/linux/context.rs`.
const ATOMIC: &str = "Atomic";
const SLEEPABLE: &str = "Sleepable";

/// The macros and types that make the owner of a mechanism.
const OWNERS: [&str; 4] = ["new_work", "new_delayed_work", "new_timer", "Tasklet"];

#[derive(Debug, Default)]
pub struct Function {
    pub file: PathBuf,
    /// The type that it belongs to, if any.
    pub owner: Option<String>,
    pub name: String,
    /// Whether it is given the token of atomic context, or that of process context.
    pub is_atomic: bool,
    pub is_sleepable: bool,
    pub calls: Vec<Call>,
    /// Names of functions and constants that sleep, with their lines.
    pub sleeps: Vec<(usize, String)>,
    /// Local variables that own a mechanism, with their lines, and all names that are moved.
    pub owners: Vec<(usize, String)>,
    pub moved: BTreeSet<String>,
    /// Calls of `lock()`, each with the place that it locks and its line.
    pub locks: Vec<(usize, Place)>,
}

/// A call by name.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    pub on: On,
}

/// The thing that is called.
#[derive(Debug)]
pub enum On {
    /// A function after `TYPE::`, or that of a module.
    Type(String),
    /// A function by its name alone.
    Nothing,
    /// A method of a place.
    Place(Place),
    /// A method of `self`.
    Itself,
    /// A method of anything else.
    Unknown,
}

/// A place that is locked: a field of `self`, or another by its last name.
#[derive(Debug)]
pub struct Place {
    pub of_self: bool,
    pub name: String,
}

#[derive(Debug, Default)]
pub struct Source {
    pub functions: Vec<Function>,
    /// The types of fields and statics, by owner (empty for a static) and name.
    pub types: BTreeMap<(String, String), String>,
    file: PathBuf,
    owner: Option<String>,
}

impl Source {
    /// Reads a file; an error has the place.
    pub fn parse(file: &Path, text: &str) -> Result<Source, String> {
        let tree = syn::parse_file(text).map_err(|error| {
            format!("{}:{}: {error}", file.display(), error.span().start().line)
        })?;
        let mut source = Source {
            file: file.to_owned(),
            ..Source::default()
        };
        source.visit_file(&tree);
        Ok(source)
    }

    fn function(&mut self, signature: &syn::Signature, visit: impl FnOnce(&mut Body<'_>)) {
        let mut function = Function {
            file: self.file.clone(),
            owner: self.owner.clone(),
            name: signature.ident.to_string(),
            ..Function::default()
        };
        for input in &signature.inputs {
            if let syn::FnArg::Typed(typed) = input {
                let name = reference_to(&typed.ty);
                function.is_atomic |= name.as_deref() == Some(ATOMIC);
                function.is_sleepable |= name.as_deref() == Some(SLEEPABLE);
            }
        }
        visit(&mut Body(&mut function));
        self.functions.push(function);
    }

    fn fields(&mut self, owner: &str, fields: &syn::Fields) {
        for (index, field) in fields.iter().enumerate() {
            let name = field
                .ident
                .as_ref()
                .map_or_else(|| index.to_string(), ToString::to_string);
            let names = idents(&field.ty);
            self.types.insert((owner.to_owned(), name), names);
        }
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, |body| body.visit_block(&item.block));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.owner = last_name(&item.self_ty);
        for part in &item.items {
            if let syn::ImplItem::Fn(function) = part {
                self.function(&function.sig, |body| body.visit_block(&function.block));
            }
        }
        self.owner = None;
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.owner = Some(item.ident.to_string());
        for part in &item.items {
            if let syn::TraitItem::Fn(function) = part {
                if let Some(block) = &function.default {
                    self.function(&function.sig, |body| body.visit_block(block));
                }
            }
        }
        self.owner = None;
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.fields(&item.ident.to_string(), &item.fields);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let key = (String::new(), item.ident.to_string());
        self.types.insert(key, idents(&item.ty));
    }
}

/// The body of a function.
struct Body<'a>(&'a mut Function);

impl Body<'_> {
    fn name(&mut self, name: &str, span: Span) {
        if sleepers::reason(name).is_some() {
            self.0.sleeps.push((span.start().line, name.to_owned()));
        }
    }

    /// Arguments of a macro, of which only the names are known.
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.name(&ident.to_string(), ident.span());
                    self.0.moved.insert(ident.to_string());
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Body<'_> {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            let names: Vec<String> = path
                .path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect();
            if let Some((name, owners)) = names.split_last() {
                let on = match (owners.last().map(String::as_str), &self.0.owner) {
                    (Some("Self"), Some(owner)) => On::Type(owner.clone()),
                    (Some(owner), _) => On::Type(owner.to_owned()),
                    (None, _) => On::Nothing,
                };
                let name = name.clone();
                self.0.calls.push(Call { name, on });
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        self.name(&name, call.method.span());
        if let Some(place) = place(&call.receiver).filter(|_| name == "lock") {
            self.0.locks.push((call.method.span().start().line, place));
        }
        let on = match (&*call.receiver, place(&call.receiver)) {
            (syn::Expr::Path(path), _) if path.path.is_ident("self") => On::Itself,
            (_, Some(place)) => On::Place(place),
            _ => On::Unknown,
        };
        self.0.calls.push(Call { name, on });
        if !is_name(&call.receiver) {
            self.visit_expr(&call.receiver);
        }
        call.args
            .iter()
            .for_each(|argument| self.visit_expr(argument));
    }

    fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
        if !is_name(&reference.expr) {
            visit::visit_expr_reference(self, reference);
        }
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.0.moved.insert(name.to_string());
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let (syn::Pat::Ident(pattern), Some(init)) = (&local.pat, &local.init) {
            if makes_owner(&init.expr) {
                let line = local.span().start().line;
                self.0.owners.push((line, pattern.ident.to_string()));
            }
        }
        visit::visit_local(self, local);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(segment) = path.segments.last() {
            self.name(&segment.ident.to_string(), path.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
    }
}

/// Whether an expression is a name alone.
fn is_name(expression: &syn::Expr) -> bool {
    matches!(expression, syn::Expr::Path(path) if path.path.get_ident().is_some())
}

/// Whether an expression is one that makes an owner, or `?` after it.
fn makes_owner(expression: &syn::Expr) -> bool {
    let is_owner = |segment: &syn::PathSegment| OWNERS.iter().any(|owner| segment.ident == owner);
    match expression {
        syn::Expr::Try(inner) => makes_owner(&inner.expr),
        syn::Expr::Macro(item) => item.mac.path.segments.iter().any(is_owner),
        syn::Expr::Call(call) => match &*call.func {
            syn::Expr::Path(path) => path.path.segments.iter().any(is_owner),
            _ => false,
        },
        _ => false,
    }
}

/// The place that an expression names.
fn place(expression: &syn::Expr) -> Option<Place> {
    match expression {
        syn::Expr::Field(field) => {
            let name = match &field.member {
                syn::Member::Named(name) => name.to_string(),
                syn::Member::Unnamed(index) => index.index.to_string(),
            };
            let of_self =
                matches!(&*field.base, syn::Expr::Path(path) if path.path.is_ident("self"));
            Some(Place { of_self, name })
        }
        syn::Expr::Path(path) => Some(Place {
            of_self: false,
            name: path.path.segments.last()?.ident.to_string(),
        }),
        syn::Expr::Paren(inner) => place(&inner.expr),
        syn::Expr::Reference(inner) => place(&inner.expr),
        _ => None,
    }
}

/// The name of `T` in `&T`.
fn reference_to(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Reference(reference) => last_name(&reference.elem),
        _ => None,
    }
}

/// The last name of a type's path.
fn last_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

/// All names in a type, with a space after each.
fn idents(ty: &syn::Type) -> String {
    struct Names(String);
    impl<'ast> Visit<'ast> for Names {
        fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
            self.0 += &format!("{ident} ");
        }
    }
    let mut names = Names(String::new());
    names.visit_type(ty);
    names.0
}
