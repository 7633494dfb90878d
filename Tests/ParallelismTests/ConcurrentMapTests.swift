import Parallelism
import Synchronization
import Testing

/// Work on all cores gives what work on one gives.
struct ConcurrentMapTests {
    @Test(arguments: [0, 1, 31, 32, 33, 64, 1_000, 10_007])
    func `each element is looked at once, and the order stays`(count: Int) {
        let calls = Atomic<Int>(0)
        let squares = Array(0..<count).concurrentMap { number in
            calls.add(1, ordering: .relaxed)
            return number * number
        }
        #expect(squares == (0..<count).map { $0 * $0 })
        #expect(calls.load(ordering: .relaxed) == count)
    }

    @Test func `it may be used inside itself`() {
        let sums = Array(0..<100).concurrentMap { number in
            Array(0..<100).concurrentMap { $0 + number }.reduce(0, +)
        }
        #expect(sums == (0..<100).map { 4_950 + 100 * $0 })
    }
}
