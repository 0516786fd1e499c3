$ErrorActionPreference = 'Stop'

$arguments = @{
  PackageName = $env:ChocolateyPackageName
  UnzipLocation = Split-Path -Parent $MyInvocation.MyCommand.Definition
  Url64bit = 'https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-x86_64-pc-windows-gnullvm.zip'
  Checksum64 = '75be3ca0469b289312dd7cafa9694c0d54f1ed9cbdf3af3788c30650bfee3926'
  ChecksumType64 = 'sha256'
}
$system = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
if ((Get-ItemProperty -Path $system).PROCESSOR_ARCHITECTURE -eq 'ARM64') {
  $arguments['Url64bit'] = 'https://github.com/owner/demo/releases/download/v1.2.3/demo-1.2.3-aarch64-pc-windows-gnullvm.zip'
  $arguments['Checksum64'] = '377bb4f321aac4a6d08164a04709aace6022ffa4e4c008c7a3d900b594493906'
  $arguments['ChecksumType64'] = 'sha256'
}

Install-ChocolateyZipPackage @arguments
