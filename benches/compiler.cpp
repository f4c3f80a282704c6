// A C compiler for the machine it runs on, out of the libraries that clang itself is
// made of: a large C++ program whose start can be laid out.
//
//     compiler FILE.c OUTPUT.o

#include <string>

#include <clang/Basic/DiagnosticOptions.h>
#include <clang/CodeGen/CodeGenAction.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/CompilerInvocation.h>
#include <clang/Frontend/TextDiagnosticPrinter.h>
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Support/Host.h>
#include <llvm/Support/TargetSelect.h>

// Debian builds clang with Polly, which is no part of its libraries.
llvm::PassPluginLibraryInfo getPollyPluginInfo() {
    return {LLVM_PLUGIN_API_VERSION, "none", "", [](llvm::PassBuilder &) {}};
}

int main(int count, char **arguments) {
    if (count != 3) {
        llvm::errs() << "usage: compiler FILE.c OUTPUT.o\n";
        return 2;
    }
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    llvm::InitializeAllAsmParsers();
    std::string target = llvm::sys::getDefaultTargetTriple();
    const char *flags[] = {"-triple", target.c_str(), "-emit-obj",
                           "-O0",     "-o",           arguments[2],
                           arguments[1]};
    clang::DiagnosticsEngine diagnostics(
        new clang::DiagnosticIDs(), new clang::DiagnosticOptions(),
        new clang::TextDiagnosticPrinter(llvm::errs(), new clang::DiagnosticOptions()));
    clang::CompilerInstance compiler;
    if (!clang::CompilerInvocation::CreateFromArgs(compiler.getInvocation(), flags, diagnostics)) {
        return 1;
    }
    compiler.createDiagnostics();
    clang::EmitObjAction action;
    return compiler.ExecuteAction(action) ? 0 : 1;
}
