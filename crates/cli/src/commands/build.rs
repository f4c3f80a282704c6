//! `simple build`: to an executable, or to any form on the way there.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use simple_driver::Mode;
use simple_source::Diagnostic;

use super::{check_target, input, layout, options, package_root, program_file, session};
use crate::args::{Build, Emit};
use crate::report;

pub(crate) fn build(build: Build) -> ExitCode {
    match try_build(&build) {
        Ok(()) => ExitCode::SUCCESS,
        Err(status) => status,
    }
}

fn try_build(build: &Build) -> Result<(), ExitCode> {
    check_target(&build.code)?;
    let file = program_file(build.file.as_ref())?;
    let mut options = options(&build.common, Some(&build.code), Mode::Program);
    options.strip = build.strip;
    options.sample = build.layout_sample;
    if matches!(build.emit, Emit::Tokens | Emit::Ast) {
        return emit_syntax(build, &file);
    }
    // The process ends when this is done: giving memory back piece by piece
    // would only delay that.
    let mut session = ManuallyDrop::new(session(options)?);
    let plan = layout::plan::of_program(build.code.layout.as_deref(), &file, options.level)?;
    let plan_path = plan.map(|(path, plan)| {
        session.plan = Some(plan);
        path
    });
    let checked = ManuallyDrop::new(session.check(&input(&file)));
    if checked.has_errors() {
        return Err(report::refuse(&build.common, &checked.diagnostics, &checked.sources));
    }
    report::diagnostics(&build.common, &checked.diagnostics, &checked.sources);
    if build.emit == Emit::Hir {
        let text = bodies(&checked.program, &session.interner);
        return write_text(build, &text);
    }
    let refuse = |list: Vec<Diagnostic>| report::refuse(&build.common, &list, &checked.sources);
    let optimised = ManuallyDrop::new(session.lower(&checked).map_err(refuse)?);
    if build.emit == Emit::Mir {
        let text =
            simple_mir::text::print_module(&optimised.module, &optimised.types, &session.interner);
        return write_text(build, &text);
    }
    let objects = ManuallyDrop::new(session.compile(&checked, &optimised).map_err(refuse)?);
    if build.emit == Emit::Asm {
        let mut text = String::new();
        for object in objects.iter() {
            simple_codegen::write_assembly(&mut text, object, &session.interner, &checked.sources);
        }
        return write_text(build, &text);
    }
    if build.emit == Emit::Obj {
        let mut bytes = Vec::new();
        for object in objects.iter() {
            let blob = simple_object::blob::write(object, &session.interner);
            bytes.extend(blob.map_err(|error| report::fail(&error.to_string()))?);
        }
        let path = build.output.clone().unwrap_or_else(|| with_extension(&file, "o"));
        session.write(&path, &bytes).map_err(refuse)?;
        return report::profile(&build.common, &session);
    }
    let bytes = ManuallyDrop::new(session.link(&checked, &optimised, &objects).map_err(refuse)?);
    let path = build.output.clone().unwrap_or_else(|| default_output(&file));
    session.write(&path, &bytes).map_err(refuse)?;
    if let (Some(path), Some(plan)) = (&plan_path, &session.plan) {
        layout::plan::warn_if_stale(path, plan, &bytes);
    }
    if build.common.verbose {
        report::say(&format!("wrote {} ({} bytes)\n", path.display(), bytes.len()));
    }
    report::profile(&build.common, &session)
}

/// The executable of `dir/name.spl` is `name` in the current folder; that of a
/// package has the package's name.
pub(super) fn default_output(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    if file.file_name().is_some_and(|name| name == "main.spl")
        && folder.file_name().is_some_and(|name| name == "src")
        && let Some(root) = package_root(folder.parent().unwrap_or(Path::new(".")))
        && let Some(name) = root.canonicalize().ok().as_deref().and_then(Path::file_name)
    {
        return PathBuf::from(name);
    }
    PathBuf::from(file.file_stem().unwrap_or_else(|| "a.out".as_ref()))
}

fn with_extension(file: &Path, extension: &str) -> PathBuf {
    PathBuf::from(file.file_stem().unwrap_or_else(|| "out".as_ref())).with_extension(extension)
}

fn write_text(build: &Build, text: &str) -> Result<(), ExitCode> {
    let Some(path) = build.output.as_deref().filter(|path| *path != Path::new("-")) else {
        return report::print(text.as_bytes());
    };
    std::fs::write(path, text).map_err(|error| {
        let cause = simple_driver::load::error_text(&error);
        report::fail(&format!("cannot write `{}`: {cause}", path.display()))
    })
}

fn emit_syntax(build: &Build, file: &Path) -> Result<(), ExitCode> {
    let interner = simple_source::Interner::new();
    let mut sources = simple_source::SourceMap::new();
    let unreadable =
        |cause: String| report::fail(&format!("cannot read `{}`: {cause}", file.display()));
    let text = std::fs::read_to_string(file)
        .map_err(|error| unreadable(simple_driver::load::error_text(&error)))?;
    let id = sources
        .add_text(file.display().to_string(), text)
        .map_err(|_| unreadable("it is too large".to_owned()))?;
    let source = sources.file(id);
    let (text, diagnostics) = match build.emit {
        Emit::Tokens => {
            let (tokens, diagnostics) = simple_syntax::lex(source.text(), source.base, &interner);
            (simple_syntax::dump_tokens(source.text(), &tokens), diagnostics)
        }
        _ => {
            let (ast, diagnostics) =
                simple_syntax::parse(source.text(), source.base, id, &interner);
            (simple_syntax::dump_ast(&ast, &interner), diagnostics)
        }
    };
    write_text(build, &text)?;
    if diagnostics.iter().any(simple_source::Diagnostic::is_error) {
        return Err(report::refuse(&build.common, &diagnostics, &sources));
    }
    report::diagnostics(&build.common, &diagnostics, &sources);
    Ok(())
}

/// The checked bodies of the user's functions, as tables.
fn bodies(program: &simple_hir::Program, interner: &simple_source::Interner) -> String {
    let mut text = String::new();
    for (id, function) in program.functions.iter_enumerated() {
        if program.modules[function.module].is_library {
            continue;
        }
        if let Some(body) = program.body(id) {
            text.push_str(&format!("fn {}\n{body:#?}\n\n", interner.resolve(function.path)));
        }
    }
    text
}
