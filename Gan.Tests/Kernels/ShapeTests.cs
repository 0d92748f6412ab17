using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

sealed class ShapeTests
{
    [TestCase]
    [TestCase(7)]
    [TestCase(0, 3)]
    [TestCase(2, 3, 5, 7)]
    public void It_is_a_list_of_its_dimensions(params int[] dims)
    {
        var shape = new Shape(dims);
        Assert.That(shape.ToArray(), Is.EqualTo(dims));
        var walked = new List<int>();
        foreach (int dim in shape) walked.Add(dim);
        Assert.That(walked, Is.EqualTo(dims));
        IReadOnlyList<int> list = shape;
        Assert.That(list, Has.Count.EqualTo(dims.Length));
        for (int i = 0; i < dims.Length; i++) Assert.That(list[i], Is.EqualTo(dims[i]));
        Assert.That(() => list[-1], Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => list[dims.Length], Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void It_is_made_by_a_collection_expression_and_walked_without_allocation()
    {
        Shape shape = [2, 3, 5];
        Assert.That(shape, Is.EqualTo(new Shape(2, 3, 5)));
        Shape batch = [8, .. shape];
        Assert.That(batch, Is.EqualTo(new Shape(8, 2, 3, 5)));
        Assert.That(Allocations.PerRound(() => Sum(batch)), Is.Zero);

        static int Sum(Shape shape)
        {
            int sum = 0;
            foreach (int dim in shape) sum += dim;
            return sum;
        }
    }
}
