import Dispatch

/// Where a piece of work runs.
public enum WorkPlace: Sendable {
    /// On the calling thread, at once: where everything has to happen in one order.
    case here
    /// On a thread that nothing else needs: for work that waits, for the disk, the network or other work.
    case ownThread
    /// On one of as many threads as there are cores: for pure work that somebody waits for.
    case cores
    /// The same, for pure work that somebody will wait for, in threads of their own, to which the machine gives less where there is too much to do:
    /// what is ready to be written must not wait for what comes after it.
    case coresBehind

    /// Does a piece of work, for a caller that gives its own thread away meanwhile.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            begin { continuation.resume(returning: work()) }
        }
    }

    /// Begins it; its end is noted in the group.
    func begin(in group: DispatchGroup? = nil, _ work: @escaping @Sendable () -> Void) {
        switch self {
        case .here: work()
        // A queue that does one thing after the other gets a thread when it has something to do, however many others are waiting.
        case .ownThread: DispatchQueue(label: "work").async(group: group, execute: work)
        case .cores: DispatchQueue.global().async(group: group, execute: work)
        // Threads of this quality of service do nothing of another one, and on Linux Dispatch gives them `nice` 10: a ninth of what others get on
        // the same core.
        case .coresBehind: DispatchQueue.global(qos: .background).async(group: group, execute: work)
        }
    }
}
