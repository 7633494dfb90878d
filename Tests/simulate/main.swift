import Foundation
import SyncSimulation

exit(simulate(CommandLine.arguments.dropFirst().map { $0 }))
