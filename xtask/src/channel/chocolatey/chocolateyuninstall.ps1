{{! Run before the package is removed, if `chocolateyinstall.ps1` has chosen a program. Its values: programs: the names }}
{{! without `.exe`, a list. }}
$ErrorActionPreference = 'Stop'

foreach ($program in {{programs}}) {
  Uninstall-BinFile -Name $program
}
