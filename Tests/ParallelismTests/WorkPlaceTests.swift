import Foundation
import Glibc
import Parallelism
import Testing

/// Work runs where it was asked to, and everywhere it is done.
struct WorkPlaceTests {
    @Test(arguments: [WorkPlace.here, .ownThread, .cores, .coresBehind])
    func `every piece is done once`(_ place: WorkPlace) {
        let pieces = (0..<1_000).map { number in BegunWork<Int, Never>(place) { number * number } }
        let squares = pieces.map { $0.wait() }
        #expect(squares == (0..<1_000).map { $0 * $0 })
        #expect(!pieces.contains { !$0.isDone })
    }

    @Test(arguments: [WorkPlace.here, .ownThread, .cores, .coresBehind])
    func `a task gets what it is worth`(_ place: WorkPlace) async {
        #expect(await place.run { 6 * 7 } == 42)
    }

    @Test func `here it is done at once, by the same thread`() {
        let thread = pthread_self()
        let work = BegunWork<Bool, Never>(.here) { pthread_equal(thread, pthread_self()) != 0 }
        #expect(work.isDone)
        let isSame = work.wait()
        #expect(isSame)
    }

    /// More of them than there are cores, each waiting for work on the cores.
    @Test(arguments: [WorkPlace.cores, .coresBehind])
    func `what waits takes no core from what it waits for`(_ place: WorkPlace) {
        let count = 4 * ProcessInfo.processInfo.activeProcessorCount
        let waiting = (0..<count).map { number in
            BegunWork<Int, Never>(.ownThread) { BegunWork<Int, Never>(place) { number }.wait() }
        }
        let numbers = waiting.map { $0.wait() }
        #expect(numbers == Array(0..<count))
    }

    @Test func `behind, the machine gives less to it, and to nothing else`() {
        @Sendable func niceness() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        let here = niceness()
        let behind = BegunWork<Int32, Never>(.coresBehind) { niceness() }.wait()
        #expect(behind == 10 || behind == here && here > 10)
        for place in [WorkPlace.cores, .ownThread] {
            let other = BegunWork<Int32, Never>(place) { niceness() }.wait()
            #expect(other == here)
        }
    }
}
