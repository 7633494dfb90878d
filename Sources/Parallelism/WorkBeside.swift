/// Work that goes on beside its caller, one piece at a time.
///
/// Belongs to one thread; only the work itself runs on another one. What was begun and is not waited for comes to its end all the same.
public final class WorkBeside<Value: Sendable, Failure: Error> {
    private let place: WorkPlace
    private var running: BegunWork<Value, Failure>?

    /// - Parameter place: Where it runs.
    public init(_ place: WorkPlace) {
        self.place = place
    }

    /// Whether something was begun whose result nobody took.
    public var isBegun: Bool { running != nil }

    /// Whether `finish` would have to wait.
    public var isRunning: Bool { running?.isDone == false }

    /// Begins a piece of work. The result of the one before it has to be taken.
    public func begin(_ work: @escaping @Sendable () throws(Failure) -> Value) {
        precondition(running == nil, "one piece of work at a time")
        running = BegunWork(place, work)
    }

    /// Waits for the work that was begun, and gives its result; nil if none was.
    public func finish() throws(Failure) -> Value? {
        try running.take()?.wait()
    }
}
