$ErrorActionPreference = 'Stop'

foreach ($program in @('demo')) {
  Uninstall-BinFile -Name $program
}
