using System.Buffers.Binary;

namespace Ssgan.Tests.Data.Containers;

/// <summary>
/// Writes a data.mdb by LMDB's layout (mdb.c of 0.9): two meta pages, values above a third of a page in runs of overflow pages,
/// and a tree of leaves under one branch where there are several.
/// </summary>
static class LmdbBytes
{
    public const int Page = 4096;

    public static byte[] Of(params (byte[] Key, byte[] Value)[] entries)
    {
        var sorted = entries.OrderBy(static e => e.Key, Comparer<byte[]>.Create(static (a, b) =>
            a.AsSpan().SequenceCompareTo(b)));
        var pages = new List<byte[]> { new byte[Page], new byte[Page] };
        var leaves = new List<(byte[] First, ulong Page)>();
        List<(byte[] Key, byte[] Node)> nodes = [];
        int overflow = 0;
        foreach (var (key, value) in sorted)
        {
            bool big = value.Length > Page / 3;
            byte[] data = value;
            if (big)
            {
                ulong run = (ulong)pages.Count;
                byte[] bytes = new byte[(16 + value.Length + Page - 1) / Page * Page];
                Header(bytes, run, 4);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length / Page);
                value.CopyTo(bytes, 16);
                for (int at = 0; at < bytes.Length; at += Page) pages.Add(bytes[at..(at + Page)]);
                overflow += bytes.Length / Page;
                data = new byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(data, run);
            }
            if (nodes.Sum(static n => n.Node.Length + 2) + Node(key, 0, 0, data).Length + 2 > Page - 16) Flush();
            nodes.Add((key, Node(key, (uint)value.Length, big ? 1 : 0, data)));
        }
        Flush();
        ulong root = ulong.MaxValue;
        if (leaves.Count == 1) root = leaves[0].Page;
        else if (leaves.Count > 1)
        {
            root = (ulong)pages.Count;
            // The first key of a branch is not looked at, and is empty.
            pages.Add(Tree(root, 1, [.. leaves.Select(static (l, i) =>
                Node(i == 0 ? [] : l.First, (uint)l.Page, (int)(l.Page >> 32), []))]));
        }
        for (int i = 0; i < 2; i++)
            Meta(pages[i], i, (ulong)i + 1, root, entries.Length, leaves.Count, overflow, (ulong)pages.Count - 1);
        return [.. pages.SelectMany(static p => p)];

        void Flush()
        {
            if (nodes.Count == 0) return;
            leaves.Add((nodes[0].Key, (ulong)pages.Count));
            pages.Add(Tree((ulong)pages.Count, 2, [.. nodes.Select(static n => n.Node)]));
            nodes = [];
        }
    }

    static byte[] Node(byte[] key, uint low, int flags, byte[] data)
    {
        byte[] node = new byte[(8 + key.Length + data.Length + 1) / 2 * 2];
        BinaryPrimitives.WriteUInt32LittleEndian(node, low);
        BinaryPrimitives.WriteUInt16LittleEndian(node.AsSpan(4), (ushort)flags);
        BinaryPrimitives.WriteUInt16LittleEndian(node.AsSpan(6), (ushort)key.Length);
        key.CopyTo(node, 8);
        data.CopyTo(node, 8 + key.Length);
        return node;
    }

    static byte[] Tree(ulong number, int flags, byte[][] nodes)
    {
        byte[] page = new byte[Page];
        Header(page, number, flags);
        int upper = Page;
        for (int i = 0; i < nodes.Length; i++)
        {
            upper -= nodes[i].Length;
            nodes[i].CopyTo(page, upper);
            BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(16 + 2 * i), (ushort)upper);
        }
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(12), (ushort)(16 + 2 * nodes.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(14), (ushort)upper);
        return page;
    }

    static void Header(byte[] page, ulong number, int flags)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page, number);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(10), (ushort)flags);
    }

    static void Meta(byte[] page, int number, ulong transaction, ulong root, int entries, int leaves, int overflow, ulong last)
    {
        Header(page, (ulong)number, 8);
        U32(16, 0xBEEFC0DE);
        U32(20, 1);
        U64(32, 1 << 20);
        U32(40, Page);
        U64(80, ulong.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(94), (ushort)(leaves > 1 ? 2 : leaves));
        U64(96, leaves > 1 ? 1ul : 0);
        U64(104, (ulong)leaves);
        U64(112, (ulong)overflow);
        U64(120, (ulong)entries);
        U64(128, root);
        U64(136, last);
        U64(144, transaction);

        void U32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(at), value);
        void U64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(at), value);
    }
}
