/// A schedule that failed once, with what was wrong.
package struct KeptSchedule: Sendable {
    package let reason: String
    package let schedule: Schedule
}

/// They run first, every time. Each is as small as the shrinker made it; whoever fixes a fault that a simulation found adds one.
package let keptSchedules: [KeptSchedule] = [
    // Seed 27: a copied laptop that nobody had told the others of. The simulation's fault, kept for its shape: a disk that
    // fails, then a copy of the same machine.
    kept(
        "a disk that fails before the laptop is copied",
        """
        seed 27
        laptops 2
        faults 0
        trouble 10 11 a737ecd75e450a77
        clone 3 0 8b93b37aec199c15
        """),
    // The engine's fault: blobs were offered again after a reconciliation, but not after a mere new epoch. A server that was lost got
    // the same log again from somebody without the blob; whoever had the blob saw a log that fitted and kept it.
    kept(
        "a lost server gets the same log back from a laptop that lacks the blob",
        """
        seed 3558
        laptops 3
        faults 0
        edit 8 2 a1d1fed8eb7bbbfe
        powerCut 5 9 3497f889504f3edb
        sync 9 7 67f106229fee8c0a
        sync 4 2 dec804098c245902
        wipe 10 4 a109ba6315508f4f
        """),
    // The store's fault: a blob's file was there and its row could not be written; nobody sent the blob again, and the server went on
    // to say that it was missing.
    kept(
        "a server's disk fails between a blob's file and its row",
        """
        seed 20790
        laptops 3
        faults 0
        edit 7 0 90db23b8f127820a
        edit 1 0 cef8cd014e2b8f8a
        edit 5 11 be732ad1f304e413
        trouble 0 3 219d8b06894f0d26
        sync 6 2 b6cacc4ea9eb5037
        """),
]

private func kept(_ reason: String, _ text: String) -> KeptSchedule {
    do {
        return KeptSchedule(reason: reason, schedule: try Schedule(text: text))
    } catch {
        preconditionFailure("\(reason): \(error)")
    }
}
