// SPDX-License-Identifier: GPL-2.0

//! Handlers that the lint refuses, and those that it lets pass.

use super::*;

/// The findings in a handler of an interrupt with this body, after other items.
fn found(items: &str, body: &str) -> Vec<(usize, String)> {
    let text = format!(
        "{items}\nstruct Top {{ lock: Arc<Mutex<u8>>, spin: SpinLock<u8> }}\nimpl IrqHandler for Top {{\n    fn handle(&self, _ctx: &Atomic) {{\n{body}\n    }}\n}}\n"
    );
    let findings = check(&[(Path::new("a.rs"), &text)]).unwrap();
    findings
        .into_iter()
        .map(|found| (found.line, found.name))
        .collect()
}

#[test]
fn a_sleeper_in_a_handler() {
    for (name, body) in [
        (
            "fsleep",
            "kernel::time::delay::fsleep(Delta::from_millis(1));",
        ),
        ("GFP_KERNEL", "let _ = KBox::new(1, GFP_KERNEL);"),
        ("Mutex", "*self.lock.lock() = 1;"),
        ("Mutex", "let top = self; *top.lock.lock() = 1;"),
        ("synchronize_rcu", "kernel::sync::rcu::synchronize_rcu();"),
        ("wait_for_completion", "self.done.wait_for_completion();"),
        ("GFP_KERNEL", "let _ = kvec![1, GFP_KERNEL];"),
        (
            "fsleep",
            "let later = || { fsleep(Delta::from_millis(1)) }; later();",
        ),
    ] {
        assert_eq!(found("", body), [(5, name.to_owned())], "{body}");
    }
}

#[test]
fn sleepers_that_do_not_matter() {
    for (items, body) in [
        // Another context.
        (
            "fn other(ctx: &Sleepable) { fsleep(Delta::from_millis(1)); }",
            "other(ctx);",
        ),
        (
            "fn other() { fsleep(Delta::from_millis(1)); }",
            "let fsleep_ns = 1;",
        ),
        // Neither sleeps.
        ("", "*self.spin.lock() = 1;"),
        // The place may be of either type.
        (
            "struct A { state: Mutex<u8> } struct B { state: SpinLock<u8> }",
            "*b.state.lock() = 1;",
        ),
        ("", "let _ = KBox::new(1, GFP_ATOMIC);"),
        // The same name in another type.
        (
            "struct B; impl B { fn new() { fsleep(1); } }",
            "let _ = C::new();",
        ),
    ] {
        assert_eq!(found(items, body), [], "{items} {body}");
    }
}

#[test]
fn a_sleeper_behind_calls() {
    let items = "fn first() { Second::go(); } struct Second; impl Second { fn go() { Self::last() } fn last() { fsleep(1) } }";
    let text = format!("{items}\nimpl TimerHandler for T {{ fn expired(&self, _: &Atomic) -> Next {{ first(); Next::Never }} }}");
    let findings = check(&[(Path::new("a.rs"), &text)]).unwrap();
    let [finding] = &findings[..] else {
        panic!("{findings:?}");
    };
    let said = finding.to_string();
    assert!(
        said.starts_with("a.rs:1: fsleep sleeps")
            && said.ends_with("Second::last, which is called by Second::go, which is called by first, which is called by T::expired runs in atomic context"),
        "{said}"
    );
}

#[test]
fn calls_into_another_file() {
    let handler = "impl WorkHandler for B { fn run(&self, ctx: &Atomic) { helper::ask(); } }";
    let helper = "static LOCK: Mutex<u8> = x; pub fn ask() {\n LOCK.lock(); }";
    let findings = check(&[(Path::new("a.rs"), handler), (Path::new("b.rs"), helper)]).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].file.as_path(), findings[0].line),
        (Path::new("b.rs"), 2)
    );
}

#[test]
fn text_that_is_not_rust_is_told_with_its_place() {
    let error = check(&[(Path::new("a.rs"), "fn a() {}\nfn fn")]).unwrap_err();
    assert!(error.starts_with("a.rs:2: "), "{error}");
}

#[test]
fn an_owner_that_is_dropped_at_once() {
    let init = |rest: &str| {
        let text = format!("fn init(ctx: &Sleepable) -> Result<Self> {{\n let work = new_work!(ctx, \"W\", &queue, Ok(W))?;\n{rest}\n}}");
        check(&[(Path::new("a.rs"), &text)]).unwrap()
    };
    let findings = init("Ok(Self { _trigger: Trigger::new(ctx, TopHalf(work.handle()))? })");
    let [finding] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert_eq!(
        finding.to_string(),
        "a.rs:2: work is dropped when init ends, which stops it; keep it in the module's struct"
    );
    for kept in [
        "Ok(Self { _trigger: TopHalf(work.handle()), _work: work })",
        "Ok(Self { work })",
        "work.handle().queue(); Ok(work)",
        "keep(work);",
        "try_pin_init!(Self { _work: work })",
    ] {
        assert_eq!(init(kept), [], "{kept}");
    }
}
