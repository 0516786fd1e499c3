$ErrorActionPreference = 'Stop'

$toolsDir = Split-Path -Parent $MyInvocation.MyCommand.Definition
$folders = @{ 'AMD64' = 'x64'; 'ARM64' = 'arm64' }

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
foreach ($program in @('demo')) {
  Install-BinFile -Name $program -Path (Join-Path $folder "$program.exe")
}
