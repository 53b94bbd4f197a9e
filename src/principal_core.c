/*
 * principal_core.c
 *		First principal component of several indicators.
 */
#include "principal_core.h"

#include <float.h>
#include <math.h>

#include "rounding_core.h"

/* Sweeps over all pairs; ten are enough for a hundred indicators. */
#define JACOBI_SWEEPS	60

/* Rows between two calls of tick. */
#define TICK_ROWS		1024

/*
 * Means of the columns of `len` rows.
 */
static void
column_means(const double *row, size_t len, int width, double *mean)
{
	for (int j = 0; j < width; j++)
	{
		double		sum = 0.0;
		double		rest = 0.0;

		for (size_t i = 0; i < len; i++)
			sum += row[i * width + j];
		mean[j] = sum / (double) len;
		for (size_t i = 0; i < len; i++)
			rest += row[i * width + j] - mean[j];
		mean[j] += rest / (double) len;
	}
}

/*
 * Sets matrix, width x width, to the sums of squares and products about the
 * means.
 */
static void
sum_products(const double *row, size_t len, int width, const double *mean,
			 double *matrix, void (*tick) (void))
{
	for (int i = 0; i < width * width; i++)
		matrix[i] = 0.0;
	for (size_t i = 0; i < len; i++)
	{
		const double *x = row + i * width;

		if (i % TICK_ROWS == 0)
			tick();
		for (int j = 0; j < width; j++)
		{
			double		d = x[j] - mean[j];

			for (int k = 0; k <= j; k++)
				matrix[j * width + k] += d * (x[k] - mean[k]);
		}
	}
}

/*
 * Sets means and standard deviations of the columns of two or more rows, and
 * matrix to their covariances, or, standardised, to their correlations.  A
 * column that is constant but for rounding has standard deviation 0 and
 * zeros in the matrix.  Rows in ascending order give the same bits always.
 */
void
shnor_covariances(const double *row, size_t len, int width, bool standardise,
				  ShnorPrincipal *component, double *matrix,
				  void (*tick) (void))
{
	double	   *sd = component->sd;

	column_means(row, len, width, component->mean);
	sum_products(row, len, width, component->mean, matrix, tick);
	for (int j = 0; j < width; j++)
	{
		double		squares = matrix[j * width + j];
		double		size = 0.0;

		for (size_t i = 0; i < len; i++)
			size += row[i * width + j] * row[i * width + j];
		if (squares <= SHNOR_ROUNDING_PART * size)
			squares = 0.0;
		sd[j] = sqrt(squares / ((double) len - 1.0));
	}
	for (int j = 0; j < width; j++)
		for (int k = 0; k <= j; k++)
		{
			double		value = matrix[j * width + k] / ((double) len - 1.0);

			if (sd[j] == 0.0 || sd[k] == 0.0)
				value = 0.0;
			else if (standardise)
				value = j == k ? 1.0 : value / sd[j] / sd[k];
			matrix[j * width + k] = matrix[k * width + j] = value;
		}
}

/*
 * Make element (p, q) of a symmetric matrix 0 by a rotation, and turn the
 * vectors, its columns, along (Golub and Van Loan 2013, 8.5.2).
 */
static void
rotate(double *matrix, int width, int p, int q, double *vector)
{
	double		apq = matrix[p * width + q];
	double		tau = (matrix[q * width + q] - matrix[p * width + p]) / 2.0 / apq;
	double		t = (tau < 0.0 ? -1.0 : 1.0) / (fabs(tau) + hypot(1.0, tau));
	double		c = 1.0 / sqrt(1.0 + t * t);
	double		s = t * c;

	for (int k = 0; k < width; k++)
	{
		double		akp = matrix[k * width + p];
		double		akq = matrix[k * width + q];
		double		vkp = vector[k * width + p];
		double		vkq = vector[k * width + q];

		if (k != p && k != q)
		{
			matrix[k * width + p] = matrix[p * width + k] = c * akp - s * akq;
			matrix[k * width + q] = matrix[q * width + k] = s * akp + c * akq;
		}
		vector[k * width + p] = c * vkp - s * vkq;
		vector[k * width + q] = s * vkp + c * vkq;
	}
	matrix[p * width + p] -= t * apq;
	matrix[q * width + q] += t * apq;
	matrix[p * width + q] = matrix[q * width + p] = 0.0;
}

/*
 * Diagonalise a symmetric matrix: its diagonal becomes the eigenvalues, the
 * columns of `vector` the eigenvectors, of unit length.  The cyclic method of
 * Jacobi (1846) as in Golub and Van Loan 2013, 8.5: rotations away of one
 * element after the other, until what is left is a rounding error of the
 * largest eigenvalue.  False when that takes more sweeps than it ever should.
 */
bool
shnor_eigenvectors(double *matrix, int width, double *vector)
{
	for (int i = 0; i < width * width; i++)
		vector[i] = i % (width + 1) == 0 ? 1.0 : 0.0;
	for (int sweep = 0; sweep < JACOBI_SWEEPS; sweep++)
	{
		double		largest = 0.0;
		bool		is_diagonal = true;

		for (int i = 0; i < width; i++)
			largest = fmax(largest, fabs(matrix[i * width + i]));
		for (int p = 0; p < width; p++)
			for (int q = p + 1; q < width; q++)
				if (fabs(matrix[p * width + q]) > 0.01 * DBL_EPSILON * largest)
				{
					rotate(matrix, width, p, q, vector);
					is_diagonal = false;
				}
		if (is_diagonal)
			return true;
	}
	return false;
}

/*
 * Sets loadings and variances of the component from what
 * shnor_eigenvectors() made.
 */
void
shnor_first_component(const double *matrix, const double *vector, int width,
					  ShnorPrincipal *component)
{
	int			first = 0;

	component->total = 0.0;
	component->next = NAN;
	for (int i = 0; i < width; i++)
	{
		component->total += matrix[i * width + i];
		if (matrix[i * width + i] > matrix[first * width + first])
			first = i;
	}
	component->variance = matrix[first * width + first];
	for (int i = 0; i < width; i++)
		if (i != first)
			component->next = fmax(component->next, matrix[i * width + i]);
	component->next = width > 1 ? fmax(component->next, 0.0) : NAN;
	for (int i = 0; i < width; i++)
		component->loading[i] = component->sd[i] == 0.0 ? 0.0 :
			vector[i * width + first];
}
