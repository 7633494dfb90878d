import ArchiveClient
import Hashing
import LetterMerge
import LetterModel
import ReplicaStore
import SyncProtocol
import SyncTestSupport

/// What a simulation found.
package struct Outcome: Sendable {
    /// What is wrong; empty if every invariant held.
    package var faults: [String] = []
    /// What happened, a line an event.
    package var trace: [String] = []
    /// Syncs, requests, edits and so on.
    package var figures: [String: Int] = [:]

    /// A hash of the trace: equal in every process.
    package var digest: String { SHA256.digest(of: Array(trace.joined(separator: "\n").utf8)).hex }
}

/// A server and several laptops with real stores on virtual disks, syncing by the real engine and the real responders over a virtual
/// network. One schedule decides everything.
///
/// First, faults: nothing may be lost, hidden or passed on, at any step. Then the faults end: all must converge, soon.
package final class Simulation {
    let schedule: Schedule
    let workspace: Workspace
    var machines: [Machine] = []
    var ledger: Ledger
    var outcome = Outcome()
    /// Revisions that the server will not take.
    var refused: Set<RevisionID> = []
    var delayed: [DelayedRequest] = []
    var epochs = 100
    /// Which event goes on; for messages.
    private var step = 0

    /// A simulation of a schedule.
    ///
    /// - Parameter disksLie: whether disks only say that they sync: then something must be seen to be lost.
    package init(_ schedule: Schedule, disksLie: Bool = false, in workspace: Workspace) throws {
        self.schedule = schedule
        self.workspace = workspace
        ledger = Ledger(seed: schedule.seed)
        for number in 0...max(1, schedule.laptops) {
            machines.append(try Machine(number, lies: disksLie, in: workspace))
        }
    }

    /// Runs a schedule to its end.
    package static func run(_ schedule: Schedule, disksLie: Bool = false, in workspace: Workspace) -> Outcome {
        do {
            let simulation = try Simulation(schedule, disksLie: disksLie, in: workspace)
            return simulation.run()
        } catch {
            return Outcome(faults: ["the simulation cannot begin: \(error)"])
        }
    }

    private func run() -> Outcome {
        do {
            for event in schedule.events {
                step += 1
                try perform(event)
                try recover()
                try checkAll()
                if !outcome.faults.isEmpty { return outcome }
            }
            step += 1
            try settle()
        } catch {
            fault("an unexpected error: \(error)")
        }
        return outcome
    }

    // MARK: Telling

    func fault(_ text: String) {
        outcome.faults.append("step \(step): \(text)")
    }

    func tell(_ text: String) {
        outcome.trace.append("\(step) \(text)")
    }

    func count(_ figure: String, _ amount: Int = 1) {
        outcome.figures[figure, default: 0] += amount
    }

    // MARK: Machines

    var server: Machine { machines[0] }

    func machine(_ number: Int) -> Machine { machines[number % machines.count] }
    func laptop(_ number: Int) -> Machine { machines[1 + number % (machines.count - 1)] }

    static func remoteName(_ remote: Machine) -> String { remote.isServer ? "origin" : remote.name }

    /// Adds a machine to the remotes of a laptop, unless it is one.
    func addRemote(_ remote: Machine, to laptop: Machine) throws {
        let name = Simulation.remoteName(remote)
        if try laptop.replica().remotes().contains(where: { $0.name == name }) { return }
        try laptop.replica().addRemote(name, address: remote.isServer ? "https://test/letters" : "/media/\(name)")
    }

    // MARK: Events

    private func perform(_ event: Event) throws {
        let machine = machine(event.machine)
        let laptop = laptop(event.machine)
        do {
            switch event.kind {
            case .edit, .save, .open, .importFile, .resolve, .delete, .restoreLetter, .refuse, .importMany, .deleteMany:
                try write(event, on: event.kind == .refuse ? laptop : machine)
            case .acceptDeletions, .rejectDeletions:
                try decideDeletions(on: laptop, areAccepted: event.kind == .acceptDeletions)
            case .sync: try sync(laptop, with: server, event)
            case .syncPeer:
                let peer = self.laptop(event.other)
                if peer !== laptop { try sync(laptop, with: peer, event) }
            case .deliver: deliverLate(event)
            case .kill, .powerCut, .trouble: planFailure(event, of: machine)
            case .restart:
                try machine.restart(nil)
                tell("\(machine.name) restarts")
            case .backUp:
                try machine.makeBackup(in: workspace)
                tell("\(machine.name) is backed up at \(machine.log.ids.count)")
            case .restore: try restore(machine, event)
            case .wipe:
                guard server.rollbacks < 3 else { return }
                try server.becomeNew()
                try server.beginEpoch(nextEpoch())
                for id in refused.sorted() { server.refuse(id) }
                tell("the server is lost")
            case .clone: try clone(laptop)
            case .clock:
                let jumps = [-1_577_880_000_000, 1_577_880_000_000, -3_600_000, 86_400_000, 0]
                machine.clockMilliseconds += jumps[Int(event.seed % UInt64(jumps.count))]
                tell("\(machine.name)'s clock jumps")
            case .role:
                laptop.mayPush.toggle()
                tell("\(laptop.name) is a \(laptop.mayPush ? "writer" : "reader")")
            case .forgetRefusals:
                try addRemote(server, to: laptop)
                try laptop.replica().forgetRefusals(by: "origin")
            case .partition:
                laptop.isOffline.toggle()
                tell("\(laptop.name) is \(laptop.isOffline ? "offline" : "online")")
            }
        } catch let error as StoreError {
            try expected(error)
        }
    }

    /// What a store may refuse while its disk fails; anything else is a fault.
    private func expected(_ error: StoreError) throws {
        guard machines.contains(where: \.hasFailed) else { return fault("a healthy replica failed: \(error)") }
        switch error {
        case .inputOutput, .diskFull, .readOnly, .busy: tell("refused: \(Simulation.word(error))")
        case .database(let code, _) where code & 0xFF == 14: tell("refused: cannot open")
        default: fault("a failing disk is called \(error)")
        }
    }

    static func word(_ error: StoreError) -> String {
        switch error {
        case .inputOutput: "inputOutput"
        case .diskFull: "diskFull"
        case .readOnly: "readOnly"
        case .busy: "busy"
        default: "\(error)"
        }
    }

    func nextEpoch() -> String {
        epochs += 1
        return NewReplica.epoch(epochs)
    }

    // MARK: Stops

    private func planFailure(_ event: Event, of machine: Machine) {
        var numbers = SeededNumbers(seed: event.seed)
        let after = Int(numbers.next() % [1, 12, 60, 200][Int(numbers.next() % 4)])
        switch event.kind {
        case .kill: machine.plan(.all, after: after, .freeze, stop: .kill)
        case .powerCut:
            let stop = Machine.Stop.powerCut(variant: Int(numbers.next() % 6), seed: numbers.next())
            machine.plan(.all, after: after, .freeze, stop: stop)
        default:
            let failure = VirtualDisk.Failure.allCases[Int(numbers.next() % 4)]
            let sorts: [VirtualDisk.Sorts] = [.reads, .writes, .syncs, .all]
            let sort = failure == .full || failure == .short ? .writes : sorts[Int(numbers.next() % 4)]
            // After a failed fsync nobody knows what is on the disk: what was not synced may be lost.
            let stop = Machine.Stop.powerCut(variant: Int(numbers.next() % 6), seed: numbers.next())
            machine.plan(sort, after: after, failure, stop: failure == .full ? nil : stop)
        }
        tell("\(machine.name) will fail: \(event.kind.rawValue) after \(after)")
    }

    /// Starts what has stopped again. What was acknowledged must be there.
    func recover() throws {
        for machine in machines where machine.hasFailed {
            try recover(machine)
        }
    }

    func recover(_ machine: Machine) throws {
        guard let stop = machine.stop else {
            // The disk was full, and somebody made room: the replica goes on as if nothing had been.
            machine.heal()
            count("full disks")
            return
        }
        count("stops")
        try machine.restart(stop)
        tell("\(machine.name) starts again")
    }

    // MARK: Copies

    private func restore(_ machine: Machine, _ event: Event) throws {
        guard let backup = machine.backup, machine.rollbacks < 4 else { return }
        try machine.become(backup)
        if machine.isServer {
            for id in refused.sorted() { machine.refuse(id) }
            if event.seed % 2 == 0 { try machine.beginEpoch(nextEpoch()) }
        }
        tell("\(machine.name) comes back from its backup at \(machine.log.ids.count)")
    }

    /// Copies a laptop's folder, as it is, to another laptop.
    private func clone(_ laptop: Machine) throws {
        guard machines.count < 6 else { return }
        let copy = try Machine(machines.count, origin: laptop.origin, in: workspace)
        let source = laptop.snapshot()
        try copy.become(source)
        copy.rollbacks = 0
        copy.clockMilliseconds = laptop.clockMilliseconds
        machines.append(copy)
        tell("\(laptop.name) is copied to \(copy.name)")
    }
}
