/// Who a folder's lock says is using it now. Looking changes nothing.
package enum FolderUse: Hashable, Sendable {
    /// Nobody.
    case free
    /// A process of this machine that runs.
    case process(Int)
    /// A process of this machine that is gone; the next one takes the lock over.
    case left
    /// Another machine, or what is taken for one.
    case machine(host: String)
    /// The lock does not say.
    case unknown

    /// What the lock in a folder says.
    package init(of folder: String) {
        switch SmallFile.read("\(folder)/\(FolderLock.fileName)") {
        case .missing: self = .free
        case .unreadable, .notAFile: self = .unknown
        case .text(let text):
            let here = FolderHolder.current()
            guard let holder = FolderHolder(text) else {
                self = .unknown
                return
            }
            if !holder.isHere(here) {
                self = .machine(host: holder.host)
            } else {
                self = holder.isGone(here: here) ? .left : .process(holder.process)
            }
        }
    }
}
