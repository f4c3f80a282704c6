//! The loop of the tracing thread: one stop of one thread after the other.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use libc::{c_int, pid_t};

use super::breakpoints::{self, Originals};
use super::log::{Log, Seen};
use super::pads::{Inherited, Pads};
use super::process::{self, Process, process_of};
use super::spaces::{Spaces, Who};
use super::watch::Watch;
use super::{Purpose, step};
use crate::program::{Look, Program};
use crate::sys::debug_registers;
use crate::sys::launch::Gate;
use crate::sys::ptrace::{self, Registers};
use crate::sys::ticks::Moment;
use crate::sys::wait::{self, Status};
use crate::{AtStop, Error, Exit, Faults, FunctionIndex, Mark, Options, Page, Stop, pages};

/// What the tracing thread brings back.
pub(crate) struct Traces {
    pub(crate) program: Option<Arc<Program>>,
    pub(crate) log: Log,
    pub(crate) spaces: Spaces,
    /// When the program began.
    pub(crate) origin: Option<Moment>,
    /// How the command's process ended, unless it went on as another program.
    pub(crate) end: Option<End>,
    pub(crate) pages: Option<Vec<Page>>,
}

/// The end of the command's process.
pub(crate) struct End {
    pub(crate) exit: Exit,
    pub(crate) at: Moment,
    pub(crate) faults: Faults,
}

/// A traced thread.
struct Thread {
    process: pid_t,
    /// From 0 in the order of their appearance.
    number: u32,
    /// The breakpoint that is removed while the thread goes past it.
    stepping: Option<FunctionIndex>,
    /// The breakpoint that it was about to go past when a signal came: it will
    /// meet it again, for the same call.
    interrupted: Option<FunctionIndex>,
}

/// How the stop is noticed where functions have no breakpoints in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trap {
    Register,
    Memory,
}

pub(crate) struct Tracer<'a> {
    options: &'a Options,
    purpose: Purpose,
    watch: &'a Watch,
    /// The process that the command started.
    root: pid_t,
    program: Option<Arc<Program>>,
    /// The function whose first entry is the stop.
    stop: Option<FunctionIndex>,
    trap: Trap,
    originals: Originals,
    pads: Option<Pads>,
    threads: HashMap<pid_t, Thread>,
    processes: HashMap<pid_t, Process>,
    /// How many threads and processes there were so far.
    seen: (u32, u32),
    /// When the program was let go to be executed, and what the process had then.
    launched: Instant,
    root_faults: Faults,
    traces: Traces,
}

impl<'a> Tracer<'a> {
    pub(crate) fn new(
        options: &'a Options,
        purpose: Purpose,
        known: Option<Arc<Program>>,
        watch: &'a Watch,
    ) -> Self {
        let traces = Traces {
            program: None,
            log: Log::new(),
            spaces: Spaces::default(),
            origin: None,
            end: None,
            pages: None,
        };
        Self {
            options,
            purpose,
            watch,
            root: 0,
            program: known,
            stop: None,
            trap: if purpose == Purpose::Touches { Trap::Memory } else { Trap::Register },
            originals: Originals::new(0),
            pads: None,
            threads: HashMap::new(),
            processes: HashMap::new(),
            seen: (0, 0),
            launched: Instant::now(),
            root_faults: Faults::default(),
            traces,
        }
    }

    /// Traces the process at a gate until nothing is left to trace.
    pub(crate) fn run(mut self, mut gate: Gate) -> Result<Traces, Error> {
        let Some(root) = gate.process() else { return Ok(self.traces) };
        self.root = root;
        let events = match self.purpose {
            Purpose::Touches => ptrace::AFTER_VFORK,
            Purpose::Pages => ptrace::BEFORE_EXIT,
            Purpose::Time => 0,
        };
        if let Err(error) = ptrace::seize(root, ptrace::FOLLOW | events) {
            let _refused = gate.answer(false);
            return Err(Error::NotPermitted(error));
        }
        self.watch.add(root);
        let faults = process::faults(root);
        self.root_faults = faults.map_err(Error::system("cannot see the program's faults"))?;
        self.launched = Instant::now();
        gate.answer(true).map_err(Error::system("cannot start the program"))?;
        while self.traces.origin.is_none() {
            let ended = wait::has_ended(root).map_err(Error::system("cannot wait"))?;
            if ended {
                // It could not execute the program. Whoever started it collects it.
                return Ok(self.traces);
            }
            self.next()?;
        }
        while self.next()? {}
        self.traces.program = self.program;
        Ok(self.traces)
    }

    /// Handles one report; whether there was one.
    fn next(&mut self) -> Result<bool, Error> {
        // What measures a start must not take the time of a processor from it.
        let vigilance = match self.purpose {
            Purpose::Touches => wait::Vigilance::Alert,
            Purpose::Pages | Purpose::Time => wait::Vigilance::Asleep,
        };
        let Some((tid, status)) = wait::any(vigilance).map_err(Error::system("cannot wait"))?
        else {
            return Ok(false);
        };
        match status {
            Status::Ended { exit, faults } => self.ended(tid, exit, faults),
            Status::Stopped { event: libc::PTRACE_EVENT_EXEC, .. } => self.executed(tid)?,
            Status::Stopped { signal, event } => {
                let result = self.stopped(tid, signal, event);
                tolerate(tid, result).map_err(Error::system("cannot trace the program"))?;
            }
        }
        Ok(true)
    }

    fn ended(&mut self, tid: pid_t, exit: Exit, faults: Faults) {
        self.threads.remove(&tid);
        if let Some(process) = self.processes.remove(&tid) {
            self.traces.spaces.left(process.number);
            if tid != self.root {
                self.watch.remove(tid);
            }
        }
        if tid == self.root {
            let faults = faults.since(self.root_faults);
            self.traces.end = Some(End { exit, at: Moment::now(), faults });
        }
    }

    fn stopped(&mut self, tid: pid_t, signal: c_int, event: c_int) -> io::Result<()> {
        if self.traces.origin.is_none() {
            // Not yet the program.
            return ptrace::resume(tid, if event == 0 { signal } else { 0 });
        }
        self.know(tid)?;
        match event {
            0 if signal == libc::SIGTRAP => self.trapped(tid),
            0 => self.deliver(tid, signal),
            libc::PTRACE_EVENT_STOP if is_stop_signal(signal) => ptrace::listen(tid),
            libc::PTRACE_EVENT_VFORK_DONE => {
                if let Some(space) = self.processes[&self.threads[&tid].process].space {
                    self.traces.spaces.returned(space, ptrace::registers(tid)?.fs_base);
                }
                self.go_on(tid)
            }
            libc::PTRACE_EVENT_EXIT => {
                let is_over = self.traces.log.stop.is_some();
                if self.threads[&tid].process == self.root && !is_over {
                    self.sample_pages();
                }
                self.go_on(tid)
            }
            _ => self.go_on(tid),
        }
    }

    /// Lets a thread run on, or finish its step.
    fn go_on(&self, tid: pid_t) -> io::Result<()> {
        if self.threads[&tid].stepping.is_some() {
            ptrace::step(tid)
        } else {
            ptrace::resume(tid, 0)
        }
    }

    /// Gives a thread a signal that is the program's own affair.
    fn deliver(&mut self, tid: pid_t, signal: c_int) -> io::Result<()> {
        if signal == libc::SIGSEGV && self.rescue(tid)? {
            return ptrace::resume(tid, 0);
        }
        let thread = self.threads.get_mut(&tid).expect("threads are known when they stop");
        if let Some(function) = thread.stepping.take() {
            thread.interrupted = Some(function);
            let process = &self.processes[&thread.process];
            breakpoints::replant(process, self.address(function))?;
        }
        ptrace::resume(tid, signal)
    }

    /// Helps a thread over what it cannot do itself on the way from a pad.
    fn rescue(&self, tid: pid_t) -> io::Result<bool> {
        let process = &self.processes[&self.threads[&tid].process];
        let Some(pads) = self.pads.as_ref().filter(|_| process.space.is_some()) else {
            return Ok(false);
        };
        let mut registers = ptrace::registers(tid)?;
        let rescued = pads.rescue(process, &mut registers)?;
        if rescued {
            ptrace::set_registers(tid, &registers)?;
        }
        Ok(rescued)
    }

    /// Makes sure that a stopped thread and its process are known.
    fn know(&mut self, tid: pid_t) -> io::Result<()> {
        if self.threads.contains_key(&tid) {
            return Ok(());
        }
        let pid = process_of(tid)?;
        let mut is_guest = false;
        if !self.processes.contains_key(&pid) {
            let mut child = Process::open(pid, self.seen.1, &self.program())?;
            is_guest = self.find_space(&mut child)?;
            self.processes.insert(pid, child);
            self.seen.1 += 1;
            if pid != self.root {
                self.watch.add(pid);
            }
        }
        self.set_trap(tid, pid)?;
        let number = self.seen.0;
        self.seen.0 += 1;
        let process = &self.processes[&pid];
        if let Some(space) = process.space {
            let base = ptrace::registers(tid)?.fs_base;
            let who = Who { process: process.number, number };
            if is_guest {
                self.traces.spaces.lend(space, base, who);
            } else {
                self.traces.spaces.begin(space, base, who);
            }
        }
        let thread = Thread { process: pid, number, stepping: None, interrupted: None };
        self.threads.insert(tid, thread);
        Ok(())
    }

    /// Finds out whether a new process has copied its parent's memory, which then gets
    /// a number, or shares it; whether it does that.
    fn find_space(&mut self, child: &mut Process) -> io::Result<bool> {
        let Some(pads) = &self.pads else { return Ok(false) };
        let inherited = pads.inherited(child);
        child.space = match inherited {
            Inherited::Nothing => None,
            Inherited::Space(shared) => Some(shared),
            Inherited::Pads => {
                let own = self.traces.spaces.add(child);
                pads.set_space(child, own)?;
                Some(own)
            }
        };
        Ok(matches!(inherited, Inherited::Space(_)))
    }

    /// A process has begun to execute a program.
    fn executed(&mut self, tid: pid_t) -> Result<(), Error> {
        let first = self.traces.origin.is_none();
        let at = Instant::now();
        let look = if self.purpose == Purpose::Touches { Look::Once } else { Look::Kept };
        // Its other threads are gone, and so is its memory.
        self.threads.retain(|_, thread| thread.process != tid);
        let before = self.processes.remove(&tid);
        if let Some(process) = &before {
            self.traces.spaces.left(process.number);
        }
        if first {
            let known = self.program.take();
            let same = known.filter(|program| program.runs_in(tid).unwrap_or(false));
            let program = match same {
                Some(program) => program,
                None => Arc::new(Program::of_process(tid, look)?),
            };
            self.prepare(program)?;
        } else if !self.program().runs_in(tid).unwrap_or(false) {
            if tid != self.root {
                self.watch.remove(tid);
            }
            return tolerate(tid, ptrace::detach(tid)).map_err(Error::system("cannot detach"));
        }
        let result = self.enter(tid, before.map(|process| process.number));
        tolerate(tid, result).map_err(Error::system("cannot prepare the program"))?;
        if first {
            // The time that the process was held does not count.
            let held = at.elapsed();
            self.traces.origin = Some(match self.purpose {
                Purpose::Touches => Moment::now(),
                Purpose::Pages | Purpose::Time => {
                    Moment { at: self.launched + held, ..Moment::now() }
                }
            });
        }
        tolerate(tid, ptrace::resume(tid, 0)).map_err(Error::system("cannot resume"))
    }

    /// Takes up the program of the recording.
    fn prepare(&mut self, program: Arc<Program>) -> Result<(), Error> {
        self.stop = match &self.options.stop {
            None => None,
            Some(Stop::Function(name)) => {
                let found = program.functions.named(name);
                Some(found.ok_or_else(|| Error::NoSuchFunction(name.clone()))?)
            }
            Some(Stop::Mark(name)) if program.mark.is_none() => {
                return Err(Error::NoMarks(name.clone()));
            }
            Some(Stop::Mark(_)) => None,
        };
        let count = program.functions.list.len();
        self.originals = Originals::new(count);
        if self.purpose == Purpose::Touches {
            let log = &mut self.traces.log;
            log.prepare(count).map_err(Error::system("cannot make a log"))?;
            let stopping: Vec<_> = self.stop.into_iter().chain(program.mark).collect();
            if self.options.jumps {
                let pads = Pads::new(&program, log, &stopping);
                self.pads = pads.map_err(Error::system("cannot make pads"))?;
            }
        }
        self.program = Some(program);
        Ok(())
    }

    /// Sets up a process that is at the program's first instruction.
    fn enter(&mut self, pid: pid_t, number: Option<u32>) -> io::Result<()> {
        let program = self.program();
        let number = number.unwrap_or(self.seen.1);
        self.seen.1 = self.seen.1.max(number + 1);
        let mut process = Process::open(pid, number, &program)?;
        if self.purpose == Purpose::Pages && pid == self.root {
            for signal in pages::separate(pid, &process, &program)? {
                self.watch.send(pid, signal);
            }
        }
        if self.traces.origin.is_none() {
            // A start's time begins when the program is let go, and its faults with
            // it; a recording's, when everything is prepared.
            match self.purpose {
                Purpose::Time => process.faults_before = self.root_faults,
                Purpose::Touches | Purpose::Pages => self.root_faults = process.faults_before,
            }
        }
        if self.trap == Trap::Memory {
            let count = program.functions.list.len() as u32;
            let all = (0..count).map(FunctionIndex);
            let left: Vec<_> = all.filter(|&f| self.is_wanted(&program, f)).collect();
            self.give_pads(pid, &mut process)?;
            let pads = self.pads.as_ref().filter(|_| process.space.is_some());
            breakpoints::plant(&process, &program, &left, pads, &mut self.originals);
        }
        self.processes.insert(pid, process);
        self.know(pid)
    }

    /// Gives a process that is at the program's first instruction its pads, if it can
    /// have them.
    fn give_pads(&mut self, pid: pid_t, process: &mut Process) -> io::Result<()> {
        let program = self.program();
        let Some(pads) = &mut self.pads else { return Ok(()) };
        if process::seccomp_filters(pid)? > process::seccomp_filters(std::process::id() as pid_t)? {
            return Ok(());
        }
        // A program whose first instruction cannot be executed is one, too.
        let Ok((installed, signals)) = pads.install(pid, process, &program) else { return Ok(()) };
        for signal in signals {
            self.watch.send(pid, signal);
        }
        if installed {
            let space = self.traces.spaces.add(process);
            pads.set_space(process, space)?;
            process.space = Some(space);
        }
        Ok(())
    }

    /// Whether a function's entry is still to be noticed.
    fn is_wanted(&self, program: &Program, function: FunctionIndex) -> bool {
        match self.purpose {
            Purpose::Touches => {
                program.mark == Some(function) || !self.traces.log.is_touched(function)
            }
            Purpose::Pages | Purpose::Time => self.awaited() == Some(function),
        }
    }

    /// The one function that matters where touches do not.
    fn awaited(&self) -> Option<FunctionIndex> {
        if self.traces.log.stop.is_some() {
            return None;
        }
        match self.options.stop {
            Some(Stop::Mark(_)) => self.program().mark,
            Some(Stop::Function(_)) => self.stop,
            None => None,
        }
    }

    /// Gives a new thread the trap for the stop, in a register if that is where it
    /// is; where there are none, which the first thread shows, in memory.
    fn set_trap(&mut self, tid: pid_t, pid: pid_t) -> io::Result<()> {
        let Some(function) = self.awaited().filter(|_| self.trap == Trap::Register) else {
            return Ok(());
        };
        let process = &self.processes[&pid];
        let address = self.address(function).wrapping_add(process.bias);
        match debug_registers::trap_at(tid, address) {
            Err(error) if error.raw_os_error() != Some(libc::ESRCH) && self.threads.is_empty() => {
                self.trap = Trap::Memory;
                let program = self.program();
                breakpoints::plant(process, &program, &[function], None, &mut self.originals);
                Ok(())
            }
            other => other,
        }
    }

    /// A thread stopped for SIGTRAP: one of ours, or the program's own.
    fn trapped(&mut self, tid: pid_t) -> io::Result<()> {
        /// Linux's `si_code` for `int3`, and for a breakpoint in a register.
        const SI_KERNEL: c_int = 0x80;
        let code = ptrace::signal_code(tid)?;
        let thread = self.threads.get_mut(&tid).expect("threads are known when they stop");
        let bias = self.processes[&thread.process].bias;
        match code {
            SI_KERNEL | libc::TRAP_BRKPT => {
                let registers = ptrace::registers(tid)?;
                let address = registers.rip.wrapping_sub(1).wrapping_sub(bias);
                let found = self.program().functions.entered_at(address);
                let planted = found.and_then(|f| Some((f, self.originals.of(f)?)));
                if let Some((function, original)) = planted {
                    return self.hit(tid, registers, function, original);
                }
            }
            libc::TRAP_HWBKPT if self.trap == Trap::Register => {
                let registers = ptrace::registers(tid)?;
                let address = registers.rip.wrapping_sub(bias);
                if let Some(function) = self.program().functions.entered_at(address) {
                    self.arrive(tid, &registers, function);
                    if self.awaited().is_none() {
                        debug_registers::clear(tid)?;
                    }
                    return ptrace::resume(tid, 0);
                }
            }
            libc::TRAP_TRACE => {
                if let Some(function) = thread.stepping.take() {
                    let process = &self.processes[&thread.process];
                    breakpoints::replant(process, self.address(function))?;
                    return ptrace::resume(tid, 0);
                }
            }
            _ => {}
        }
        self.deliver(tid, libc::SIGTRAP)
    }

    /// A thread ran into a breakpoint in memory, perhaps one that another thread
    /// has removed since.
    fn hit(
        &mut self,
        tid: pid_t,
        mut registers: Registers,
        function: FunctionIndex,
        original: u8,
    ) -> io::Result<()> {
        registers.rip -= 1;
        let thread = self.threads.get_mut(&tid).expect("threads are known when they stop");
        if thread.interrupted.take() != Some(function) {
            self.arrive(tid, &registers, function);
        }
        let program = self.program();
        let thread = self.threads.get_mut(&tid).expect("threads are known when they stop");
        let process = &self.processes[&thread.process];
        let address = program.functions[function].address;
        // Every call at a mark is noted, so its breakpoint has to stay.
        let stays = program.mark == Some(function);
        if stays && step::emulate(process, &mut registers, program.bytes_at(address))? {
            ptrace::set_registers(tid, &registers)?;
            return ptrace::resume(tid, 0);
        }
        breakpoints::restore(process, address, original)?;
        ptrace::set_registers(tid, &registers)?;
        if stays {
            thread.stepping = Some(function);
        }
        self.go_on(tid)
    }

    /// Notes that a thread is at the entry of a function.
    fn arrive(&mut self, tid: pid_t, registers: &Registers, function: FunctionIndex) {
        let program = self.program();
        let thread = &self.threads[&tid];
        let (pid, number) = (thread.process, thread.number);
        let process = &self.processes[&pid];
        let origin = self.traces.origin.map_or(self.launched, |origin| origin.at);
        let time_ns = origin.elapsed().as_nanos() as u64;
        let log = &mut self.traces.log;
        let mark = |name: String, order| Mark {
            name,
            order,
            time_ns,
            process: process.number,
            faults: process.faults(pid),
        };
        let mut stops = false;
        // Before the touch: the moment is that of the entry.
        if self.stop == Some(function) && log.stop.is_none() {
            let name = program.functions[function].name.clone();
            stops |= log.mark(mark(name, log.order()), true);
        }
        if program.mark == Some(function) {
            let name = process.text(registers.rdi, &program);
            let wanted = matches!(&self.options.stop, Some(Stop::Mark(stop)) if *stop == name);
            stops |= log.mark(mark(name, log.order()), wanted);
        }
        if self.purpose == Purpose::Touches {
            let back = process.word(registers.rsp).map(|back| back.wrapping_sub(process.bias));
            log.touch(&Seen { function, process: process.number, thread: number, back: back.ok() });
        }
        if stops {
            if pid == self.root {
                self.sample_pages();
            }
            if self.options.at_stop == AtStop::Kill {
                self.watch.kill();
            }
        }
    }

    /// Looks which pages the command's process has touched so far.
    fn sample_pages(&mut self) {
        if self.purpose == Purpose::Pages {
            let process = &self.processes[&self.root];
            // Killed meanwhile: what was seen before is the best there is.
            if let Ok(pages) = pages::sample(self.root, process, &self.program()) {
                self.traces.pages = Some(pages);
            }
        }
    }

    fn address(&self, function: FunctionIndex) -> u64 {
        self.program().functions[function].address
    }

    fn program(&self) -> Arc<Program> {
        Arc::clone(self.program.as_ref().expect("a program is prepared before it runs"))
    }
}

/// Those that stop a process for its parent to see.
fn is_stop_signal(signal: c_int) -> bool {
    matches!(signal, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU)
}

/// A stopped tracee can be killed at any time, and its memory goes with it. That is
/// no error, whatever was being done: its end will be reported like any other.
fn tolerate(tid: pid_t, result: io::Result<()>) -> io::Result<()> {
    let is_gone = |error: &io::Error| error.raw_os_error() == Some(libc::ESRCH);
    match result {
        Err(error) if is_gone(&error) => Ok(()),
        Err(_) if ptrace::registers(tid).is_err_and(|error| is_gone(&error)) => Ok(()),
        other => other,
    }
}
