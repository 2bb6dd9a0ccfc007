/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the DSDT of full_config() in configs.h means, in the language of the
 * specification: the compiler's bytes must be ours. */
DefinitionBlock ("", "DSDT", 2, "TESTER", "FULLFULL", 0x12345678)
{
    Name (\_S5, Package () { 5, 0, 0, 0 })
    Scope (\_SB)
    {
        Device (COM1)
        {
            Name (_HID, EisaId ("PNP0501"))
            Name (_UID, 0)
            Name (_CRS, ResourceTemplate ()
            {
                IO (Decode16, 0x03F8, 0x03F8, 0x01, 0x08)
                Interrupt (ResourceConsumer, Level, ActiveHigh, Shared) { 4 }
            })
        }
        Device (COM2)
        {
            Name (_HID, EisaId ("PNP0501"))
            Name (_UID, 1)
            Name (_CRS, ResourceTemplate ()
            {
                IO (Decode16, 0x02F8, 0x02F8, 0x01, 0x08)
                Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 3 }
            })
        }
        Device (COM3)
        {
            Name (_HID, EisaId ("PNP0501"))
            Name (_UID, 2)
            Name (_CRS, ResourceTemplate ()
            {
                IO (Decode16, 0x03E8, 0x03E8, 0x01, 0x08)
                Interrupt (ResourceConsumer, Level, ActiveHigh, Shared) { 4 }
            })
        }
        Device (PWRB)
        {
            Name (_HID, EisaId ("PNP0C0C"))
            Name (_UID, 0)
        }
        Device (GED)
        {
            Name (_HID, "ACPI0013")
            Name (_UID, 0)
            Name (_CRS, ResourceTemplate ()
            {
                Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 5 }
            })
            Method (_EVT, 1, Serialized)
            {
                If (Arg0 == 5)
                {
                    Notify (\_SB.PWRB, 0x80)
                }
            }
        }
        Device (V000)
        {
            Name (_HID, "LNRO0005")
            Name (_UID, 0)
            Name (_CCA, 1)
            Name (_CRS, ResourceTemplate ()
            {
                Memory32Fixed (ReadWrite, 0xD0000000, 0x1000)
                Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 6 }
            })
        }
        Device (V001)
        {
            Name (_HID, "LNRO0005")
            Name (_UID, 1)
            Name (_CCA, 1)
            Name (_CRS, ResourceTemplate ()
            {
                Memory32Fixed (ReadWrite, 0xFFFFF000, 0x1000)
                Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 7 }
            })
        }
        Device (V002)
        {
            Name (_HID, "LNRO0005")
            Name (_UID, 2)
            Name (_CCA, 1)
            Name (_CRS, ResourceTemplate ()
            {
                QWordMemory (ResourceConsumer, PosDecode, MinFixed, MaxFixed,
                    NonCacheable, ReadWrite, 0, 0x8000000000, 0x80000001FF,
                    0, 0x200)
                Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 300 }
            })
        }
        Device (V003)
        {
            Name (_HID, "LNRO0005")
            Name (_UID, 3)
            Name (_CCA, 1)
            Name (_CRS, ResourceTemplate ()
            {
                QWordMemory (ResourceConsumer, PosDecode, MinFixed, MaxFixed,
                    NonCacheable, ReadWrite, 0, 0xFFFFFFFFFFFFF000,
                    0xFFFFFFFFFFFFFFFF, 0, 0x1000)
                Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 301 }
            })
        }
    }
}
