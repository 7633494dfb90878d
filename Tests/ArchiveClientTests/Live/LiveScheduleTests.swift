import ArchiveClient
import Testing

/// When a replica that follows a remote syncs again.
struct LiveScheduleTests {
    /// A schedule after one sync that succeeded at time 0: our log ends at 5, we stand at 7 in the remote's, which had told of 7.
    static func synced(position: Int = 7, told: Int? = 7) -> LiveSchedule {
        var schedule = LiveSchedule()
        schedule.begin(end: 5, told: told)
        schedule.end(position: position, isFailed: false, at: 0)
        return schedule
    }

    @Test func `the first sync is due at once`() {
        #expect(LiveSchedule().isDue(end: 0, told: nil, at: 0))
    }

    @Test func `while nothing happens nothing is due, however long`() {
        #expect(!Self.synced().isDue(end: 5, told: 7, at: 100_000_000))
    }

    @Test func `what was written here is due`() {
        #expect(Self.synced().isDue(end: 6, told: 7, at: 1))
    }

    @Test func `a remote that grew, or went back, is due; one that tells of where we stand is not`() {
        #expect(Self.synced().isDue(end: 5, told: 8, at: 1))
        #expect(Self.synced().isDue(end: 5, told: 3, at: 1))
        #expect(!Self.synced(position: 8, told: 7).isDue(end: 5, told: 8, at: 1))
    }

    @Test func `an end that a sync could not reach is not asked for again and again`() {
        let schedule = Self.synced(position: 6, told: 7)
        #expect(!schedule.isDue(end: 5, told: 7, at: 100_000))
        #expect(schedule.isDue(end: 5, told: 8, at: 100_000))
    }

    @Test func `a remote that tells of nothing is asked from time to time`() {
        let schedule = Self.synced(told: nil)
        #expect(!schedule.isDue(end: 5, told: nil, at: LiveSchedule.pollMilliseconds - 1))
        #expect(schedule.isDue(end: 5, told: nil, at: LiveSchedule.pollMilliseconds))
    }

    @Test func `after failures the pause doubles up to its limit, whatever happens meanwhile`() {
        var schedule = Self.synced()
        var now = 0
        for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            schedule.begin(end: 5, told: nil)
            schedule.end(position: 7, isFailed: true, at: now)
            #expect(!schedule.isDue(end: 9, told: 9, at: now + pause / 2 - 1))
            #expect(schedule.isDue(end: 5, told: nil, at: now + pause / 2))
            #expect(!schedule.isDue(end: 5, told: nil, at: now + pause - 1, jitter: 1))
            #expect(schedule.isDue(end: 5, told: nil, at: now + pause, jitter: 1))
            now += pause
        }
        schedule.begin(end: 5, told: 7)
        schedule.end(position: 7, isFailed: false, at: now)
        #expect(!schedule.isDue(end: 5, told: 7, at: now + 1_000_000))
    }

    @Test func `after the machine has slept a sync is due at once, and no pause is waited for`() {
        var schedule = Self.synced()
        let look1 = schedule.hasSlept(5_000_000)
        #expect(look1 == false)
        let look2 = schedule.hasSlept(5_000_900)
        #expect(look2 == false)
        #expect(!schedule.isDue(end: 5, told: 7, at: 1))
        let look3 = schedule.hasSlept(5_000_900 + 28_800_000)
        #expect(look3 == true)
        #expect(schedule.isDue(end: 5, told: 7, at: 2))

        var failing = Self.synced()
        let look4 = failing.hasSlept(0)
        #expect(look4 == false)
        for _ in 0..<9 {
            failing.begin(end: 5, told: nil)
            failing.end(position: 7, isFailed: true, at: 0)
        }
        #expect(!failing.isDue(end: 5, told: nil, at: 1_000))
        let look5 = failing.hasSlept(60_000)
        #expect(look5 == true)
        #expect(failing.isDue(end: 5, told: nil, at: 1_000))
        // Once is enough.
        let look6 = failing.hasSlept(60_000)
        #expect(look6 == false)
        failing.begin(end: 5, told: nil)
        failing.end(position: 7, isFailed: false, at: 2_000)
        #expect(!failing.isDue(end: 5, told: nil, at: 2_001))
    }
}
