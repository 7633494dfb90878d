import Dispatch
import Parallelism
import Testing

/// Work that goes on beside its caller gives what it would give in its place.
struct WorkBesideTests {
    private struct Refused: Error, Equatable {}

    @Test(arguments: [true, false])
    func `the result of each piece is taken once`(isBeside: Bool) throws {
        let work = WorkBeside<Int, Refused>(isBeside ? .cores : .here)
        #expect(!work.isBegun)
        #expect(try work.finish() == nil)
        for number in 0..<10 {
            work.begin { () throws(Refused) in number * number }
            #expect(work.isBegun)
            #expect(try work.finish() == number * number)
            #expect(try work.finish() == nil)
        }
    }

    @Test(arguments: [true, false])
    func `what it throws is thrown to who waits for it`(isBeside: Bool) throws {
        let work = WorkBeside<Int, Refused>(isBeside ? .cores : .here)
        work.begin { () throws(Refused) in throw Refused() }
        #expect(throws: Refused()) { try work.finish() }
        #expect(!work.isBegun)
        work.begin { () throws(Refused) in 1 }
        #expect(try work.finish() == 1)
    }

    @Test func `it goes on while its caller does something else`() throws {
        let work = WorkBeside<Int, Refused>(.cores)
        let (begun, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        work.begin { () throws(Refused) in
            begun.signal()
            mayEnd.wait()
            return 1
        }
        begun.wait()
        #expect(work.isRunning)
        mayEnd.signal()
        #expect(try work.finish() == 1)
        #expect(!work.isRunning)
    }
}
