import SyncTestSupport

/// Something that happens to the machines of a simulation.
///
/// An event chooses by its own seed, never by what was drawn before it: when another event is left out of the schedule, it still
/// does what it can. Machines are named by numbers: 0 is the server, others are laptops; a number past the last one wraps.
package struct Event: Hashable, Sendable {
    /// What happens.
    package enum Kind: String, CaseIterable, Sendable {
        /// Somebody edits a letter as it is shown now, or writes a new one.
        case edit
        /// Somebody opens a letter in an editor.
        case open
        /// Somebody saves what was opened earlier.
        case save
        /// A file is imported.
        case importFile
        /// Somebody settles the conflicts of a letter.
        case resolve
        /// Somebody deletes a letter.
        case delete
        /// Somebody brings an earlier version back.
        case restoreLetter
        /// A laptop syncs with the server.
        case sync
        /// A laptop syncs with another laptop.
        case syncPeer
        /// A request of an earlier sync arrives again, late.
        case deliver
        /// The process is killed, now or at some operation of its disk.
        case kill
        /// The machine loses its power, now or at some operation of its disk.
        case powerCut
        /// The disk fails or is full, at some operation.
        case trouble
        /// The process ends and starts again.
        case restart
        /// A backup is made.
        case backUp
        /// The last backup takes the machine's place, in a new epoch or as it is.
        case restore
        /// The server is lost and made anew, empty.
        case wipe
        /// The laptop's folder is copied to another laptop.
        case clone
        /// The clock jumps.
        case clock
        /// The laptop's token gets another role.
        case role
        /// Somebody writes what the server will not take.
        case refuse
        /// Refused revisions are to be sent again.
        case forgetRefusals
        /// The laptop loses the network, or finds it again.
        case partition
        /// A file of many letters is imported.
        case importMany
        /// Somebody deletes all letters of that file.
        case deleteMany
        /// Somebody lets in the deletions that are held back.
        case acceptDeletions
        /// Somebody undoes the deletions that others made.
        case rejectDeletions
    }

    package let kind: Kind
    package let machine: Int
    package let other: Int
    package let seed: UInt64

    package init(_ kind: Kind, machine: Int, other: Int, seed: UInt64) {
        self.kind = kind
        self.machine = machine
        self.other = other
        self.seed = seed
    }
}

/// All that decides what a simulation does. The same schedule gives the same trace, in any process.
package struct Schedule: Hashable, Sendable {
    /// The seed that it was made from; for names only.
    package var seed: UInt64
    /// How many laptops there are at the beginning.
    package var laptops: Int
    /// How often a request of a sync meets a fault: once in so many; 0 for never.
    package var networkFaultRate: Int
    /// What happens, in order.
    package var events: [Event]

    /// Kinds that always may happen, with their weights.
    private static let work: [(Event.Kind, Int)] = [
        (.edit, 26), (.open, 4), (.save, 6), (.importFile, 5), (.resolve, 6), (.delete, 4), (.restoreLetter, 3),
        (.sync, 26), (.syncPeer, 6),
    ]
    /// Kinds for the guard against mass deletion: a seed has all of them or none, and few have, since many letters take long.
    private static let manyLetters: [(Event.Kind, Int)] = [
        (.importMany, 8), (.deleteMany, 8), (.acceptDeletions, 4), (.rejectDeletions, 4),
    ]
    /// Kinds that a seed has or has not: what happens all the time hides what happens alone.
    private static let accidents: [(Event.Kind, Int)] = [
        (.deliver, 3), (.kill, 4), (.powerCut, 4), (.trouble, 5), (.restart, 2), (.backUp, 4), (.restore, 4),
        (.wipe, 1), (.clone, 1), (.clock, 3), (.role, 2), (.refuse, 2), (.forgetRefusals, 1), (.partition, 2),
    ]

    /// The schedule of a seed.
    ///
    /// - Parameters:
    ///   - laptops: how many there are at the beginning; nil: as the seed says.
    ///   - steps: how many events; nil: as the seed says.
    package init(seed: UInt64, laptops: Int? = nil, steps: Int? = nil) {
        var numbers = SeededNumbers(seed: seed)
        self.seed = seed
        let most = Int(numbers.next() % 2) + 2
        self.laptops = laptops ?? most
        networkFaultRate = [0, 3, 6, 12][Int(numbers.next() % 4)]
        let share = numbers.next() % 4
        var weights = Schedule.work
        for accident in Schedule.accidents where numbers.next() % 4 < share { weights.append(accident) }
        if numbers.next() % 12 == 0 { weights += Schedule.manyLetters }
        let length = Int(numbers.next() % 24) + 8
        let total = weights.reduce(0) { $0 + $1.1 }
        events = (0..<(steps ?? length)).map { _ in
            var ticket = Int(numbers.next() % UInt64(total))
            let kind = weights.first { entry in
                ticket -= entry.1
                return ticket < 0
            }
            return Event(
                kind?.0 ?? .sync, machine: Int(numbers.next() % 12), other: Int(numbers.next() % 12),
                seed: numbers.next())
        }
    }

    /// One of its parts: the same but for the events.
    package func with(_ events: [Event]) -> Schedule {
        var copy = self
        copy.events = events
        return copy
    }

    // MARK: Text

    /// The schedule as a file: one event a line.
    package var text: String {
        var lines = ["seed \(seed)", "laptops \(laptops)", "faults \(networkFaultRate)"]
        lines += events.map { "\($0.kind.rawValue) \($0.machine) \($0.other) \(String($0.seed, radix: 16))" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads the text of a schedule. Lines that begin with `#` are left out.
    package init(text: String) throws {
        self.init(seed: 0, laptops: 2, steps: 0)
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            switch (words.first ?? "", words.count) {
            case ("seed", 2): seed = UInt64(words[1]) ?? 0
            case ("laptops", 2): laptops = Int(words[1]) ?? 2
            case ("faults", 2): networkFaultRate = Int(words[1]) ?? 0
            case (let name, 4):
                guard let kind = Event.Kind(rawValue: name), let machine = Int(words[1]), let other = Int(words[2]),
                    let seed = UInt64(words[3], radix: 16)
                else { throw TestFailure("a schedule has no such line: \(line)") }
                events.append(Event(kind, machine: machine, other: other, seed: seed))
            default: throw TestFailure("a schedule has no such line: \(line)")
            }
        }
    }
}
