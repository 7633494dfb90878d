import Foundation
import Parallelism
import Synchronization
import Testing

/// What is kept goes to one caller each, and is given up at last.
struct IdleListTests {
    /// Counts those that there are.
    final class Counted: Sendable {
        let count: Counter
        let isInUse = Atomic<Bool>(false)

        init(_ count: Counter) {
            self.count = count
            count.value.add(1, ordering: .relaxed)
        }

        deinit { count.value.subtract(1, ordering: .relaxed) }
    }

    final class Counter: Sendable {
        let value = Atomic<Int>(0)
        var now: Int { value.load(ordering: .relaxed) }
    }

    struct Refusal: Error {}

    @Test func `what was kept comes back, and what there is no room for is given up`() {
        let count = Counter()
        func useList() {
            let list = IdleList<2, Counted>()
            for _ in 0..<3 { list.keep(Counted(count)) }
            let kept = count.now
            let (one, other, none) = (list.take(), list.take(), list.take())
            #expect(kept == 2 && one != nil && other != nil && one !== other && none == nil)
            if let one { list.keep(one) }
            let same = list.take()
            #expect(same === one)
            if let other { list.keep(other) }
        }
        useList()
        #expect(count.now == 0, "what was kept goes with the list")
    }

    @Test func `what failed is not kept`() throws {
        let count = Counter()
        let list = IdleList<2, Counted>()
        #expect(throws: Refusal.self) { try list.with(or: { Counted(count) }) { _ in throw Refusal() } }
        #expect(count.now == 0)
        #expect(throws: Refusal.self) { try list.with(or: { throw Refusal() }) { _ in } }
        #expect(list.with(or: { Counted(count) }) { $0.count.now } == 1)
        #expect(list.with(or: { Counted(count) }) { $0.count.now } == 1, "the same once more")
    }

    @Test func `nobody has what another one has`() {
        let count = Counter()
        let list = IdleList<3, Counted>()
        let callers = 8
        DispatchQueue.concurrentPerform(iterations: callers) { _ in
            for _ in 0..<20_000 {
                list.with(or: { Counted(count) }) { value in
                    let isSomebodyElses = value.isInUse.exchange(true, ordering: .relaxed)
                    #expect(!isSomebodyElses)
                    value.isInUse.store(false, ordering: .relaxed)
                }
            }
        }
        #expect((1...3).contains(count.now))
    }
}
