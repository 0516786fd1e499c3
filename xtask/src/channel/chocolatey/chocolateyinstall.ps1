{{! Run when the package is installed, if it holds programs for several machines. Its values: folders: the folder of each }}
{{! machine, a hash table; programs: the names without `.exe`, a list. PowerShell 2 must understand it. }}
$ErrorActionPreference = 'Stop'

$toolsDir = Split-Path -Parent $MyInvocation.MyCommand.Definition
$folders = {{folders}}

# A process that is emulated sees another machine; the registry knows the real one.
$system = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
$machine = (Get-ItemProperty -Path $system).PROCESSOR_ARCHITECTURE
if ($env:ChocolateyForceX86 -eq 'true') {
  $machine = 'x86'
}
if (-not $folders.ContainsKey($machine)) {
  throw "There is no program for this machine ($machine) in this package."
}

$folder = Join-Path $toolsDir $folders[$machine]
foreach ($program in {{programs}}) {
  Install-BinFile -Name $program -Path (Join-Path $folder "$program.exe")
}
